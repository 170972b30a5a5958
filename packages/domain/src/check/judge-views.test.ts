import { expect, test } from "vitest";
import { rangesOf, rightName } from "../../test/right-name.ts";
import { findingSentence } from "./catalogue.ts";
import { judgeName } from "./judge-name.ts";
import { judgeViews, type View } from "./judge-views.ts";
import type { NameFacts } from "./name-facts.ts";

const name = "shop.example.com";
const ingress = { ours: rangesOf("192.0.2.1"), proxies: [] };
const right = rightName(name, "192.0.2.1");
const url = `http://${name}/.well-known/acme-challenge/x`;
const unreachable: NameFacts = {
  ...right,
  probe: { kind: "unreachable", url, address: "192.0.2.1", detail: "timed out" },
};
/** As its name servers answer there. */
const elsewhere: NameFacts = { ...right, v4: { kind: "found", records: ["203.0.113.9"] }, probe: null };

const facts = { ok: right, down: unreachable, stray: elsewhere } as const;
type Seen = keyof typeof facts;
/** The first looks from here. */
const judged = (...seen: readonly Seen[]): string[] =>
  judgeViews(
    seen.map((kind, index): View => ({ from: index === 0 ? null : `v${index}`, facts: facts[kind] })),
    ingress,
    [],
  ).map(({ code, weight, seenFrom }) => `${code} ${weight} ${seenFrom.join(",")}`.trim());

test.each<[readonly Seen[], readonly string[]]>([
  [["ok"], []],
  [["ok", "ok", "ok"], []],
  [["down"], ["probe-unreachable fault"]],
  // All see it: no place is named.
  [["down", "down"], ["probe-unreachable fault"]],
  // A request from here alone fails for reasons of our own.
  [["down", "ok"], ["probe-unreachable notice here"]],
  [["down", "ok", "ok"], ["probe-unreachable notice here"]],
  // A CA that looks from few places forgives none, from more one.
  [["ok", "down"], ["probe-unreachable fault v1"]],
  [["ok", "down", "ok"], ["probe-unreachable notice v1"]],
  [["ok", "down", "down"], ["probe-unreachable fault v1,v2"]],
  [["down", "ok", "down"], ["probe-unreachable fault here,v2"]],
  // What name servers say here is no matter of our network.
  [["stray", "ok"], ["points-elsewhere fault here"]],
  [["stray", "ok", "ok"], ["points-elsewhere notice here"]],
  [
    ["down", "stray", "stray"],
    ["points-elsewhere fault v1,v2", "probe-unreachable notice here"],
  ],
])("%j is %j", (seen, findings) => {
  expect(judged(...seen)).toEqual(findings);
});

test("one view is judged as the name alone is", () => {
  for (const one of Object.values(facts))
    expect(judgeViews([{ from: null, facts: one }], ingress, [])).toEqual(judgeName(one, ingress, []));
});

test("the sentence begins with the place", () => {
  const [finding] = judgeViews(
    [
      { from: null, facts: right },
      { from: "paris", facts: unreachable },
    ],
    ingress,
    [],
  );
  if (finding === undefined) throw new Error("Nothing was found.");
  expect(findingSentence(finding)).toBe(
    "Seen from paris only: shop.example.com cannot be reached on port 80 (192.0.2.1: timed out); open that port, or point the name to this platform.",
  );
});
