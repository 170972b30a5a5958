import { expect, test } from "vitest";
import { rangesOf, rightName } from "../../test/right-name.ts";
import { days, type Instant, instant } from "../time/instant.ts";
import { findingSentence } from "./catalogue.ts";
import { type Checked, type Compared, compareChecks, type KeptRecords } from "./compare-checks.ts";
import type { CaForCheck, Ingress } from "./judge-name.ts";
import { judgeName } from "./judge-name.ts";
import type { NameFacts } from "./name-facts.ts";
import { recordsOf } from "./name-records.ts";

const ingress: Ingress = { ours: rangesOf("203.0.113.7", "2001:db8::1"), proxies: [] };
const cas: readonly CaForCheck[] = [{ name: "ca", caaIdentities: ["ca.test"], accountUri: null }];
const name = "shop.example.com";
const right = rightName(name, "203.0.113.7");
const gone: NameFacts = { ...right, v4: { kind: "found", records: ["198.51.100.9"] }, probe: null };
const noName: NameFacts = { ...gone, v4: { kind: "no-name" }, v6: { kind: "no-name" } };
const forbidden: NameFacts = {
  ...right,
  caa: { kind: "set", at: "example.com", records: [{ flags: 0, tag: "issue", value: "other.test" }] },
};

const day = (n: number): Instant => instant(Date.parse("2026-11-11T09:00:00Z") + days(n));
const look = (...facts: readonly NameFacts[]): Checked => ({
  findings: facts.flatMap((each) => judgeName(each, ingress, cas)),
  records: facts.map(recordsOf),
});

/** One check a day; what the last of them found. */
function daily(checks: readonly Checked[], names: readonly string[] = [name]) {
  let kept: readonly KeptRecords[] = [];
  let last: Compared = { findings: [], kept: null };
  const writes: number[] = [];
  checks.forEach((checked, n) => {
    last = compareChecks(checked, { names, kept, checkedAt: n === 0 ? null : day(n - 1) });
    if (last.kept !== null) writes.push(n);
    kept = last.kept ?? kept;
  });
  return { sentences: last.findings.map((finding) => findingSentence(finding)), writes, last, kept };
}

test("a name that leads elsewhere is told with where it led, and until when, however long it is so", () => {
  for (const more of [[], [look(gone)], [look(gone), look(gone)]])
    expect(daily([look(right), look(right), look(gone), ...more]).sentences).toEqual([
      "shop.example.com pointed to 203.0.113.7 until 2026-11-12 09:00 UTC and points to 198.51.100.9 now, which is not ours; change that back to an A record to 203.0.113.7, or an AAAA record to 2001:db8::1.",
    ]);
});

test("an alias is told on both sides", () => {
  const by = (alias: string, facts: NameFacts): NameFacts => ({ ...facts, aliases: [alias] });
  expect(daily([look(by("us.test", right)), look(by("them.test", gone))]).sentences[0]).toMatch(
    /^shop\.example\.com was an alias \(CNAME\) of us\.test \(203\.0\.113\.7\) until 2026-11-11 09:00 UTC and is an alias \(CNAME\) of them\.test now, which points to 198\.51\.100\.9, which is not ours;/,
  );
  expect(daily([look(by("us.test", right)), look(noName)]).sentences[0]).toMatch(
    / Until 2026-11-11 09:00 UTC it was an alias \(CNAME\) of us\.test \(203\.0\.113\.7\)\.$/,
  );
});

test("what is no more, and CAA records, are told with what was", () => {
  expect(daily([look(right), look(noName)]).sentences[0]).toMatch(
    /^shop\.example\.com does not exist in DNS; .* Until 2026-11-11 09:00 UTC it pointed to 203\.0\.113\.7\.$/,
  );
  expect(daily([look(right), look(forbidden)]).sentences[0]).toMatch(
    / Until 2026-11-11 09:00 UTC there were none\.$/,
  );
  const allowed: NameFacts = {
    ...forbidden,
    caa: { kind: "set", at: name, records: [{ flags: 0, tag: "issue", value: "ca.test" }] },
  };
  expect(daily([look(allowed), look(forbidden)]).sentences[0]).toMatch(
    / Until 2026-11-11 09:00 UTC they were 0 issue "ca\.test"\.$/,
  );
});

test("a proof whose place has changed is told with where it was", () => {
  const by = (proof: NameFacts["proof"]): NameFacts => ({
    ...right,
    challenge: "dns-01",
    probe: null,
    proof,
  });
  const record = `_acme-challenge.${name}`;
  const target = `${name}.acme.test`;
  const led = look(by({ kind: "ours", name: target }));
  expect(daily([led, look(by({ kind: "elsewhere", name: record, target }))]).sentences[0]).toMatch(
    / Until 2026-11-11 09:00 UTC its place was shop\.example\.com\.acme\.test\.$/,
  );
  // It is where it was, and the operator has the zone no more.
  expect(
    daily([led, look(by({ kind: "elsewhere", name: target, target: null }))]).last.findings,
  ).toMatchObject([{ code: "delegation-missing", before: null }]);
  expect(daily([led, look(by({ kind: "failed", detail: "x" })), led, led]).writes).toEqual([0, 1, 2]);
});

test("where the records are what they were, nothing is said to have changed", () => {
  const status = { kind: "status", url: `http://${name}/`, address: "203.0.113.7", detail: "404" } as const;
  expect(daily([look(right), look({ ...right, probe: status })]).last.findings).toMatchObject([
    { code: "probe-status", before: null },
  ]);
  // The platform has other addresses now.
  const { records } = look(gone);
  expect(daily([{ findings: [], records }, look(gone)]).last.findings).toMatchObject([
    { code: "points-elsewhere", before: null },
  ]);
});

test("it is written when something differs: not by a check that sees what the last one saw, right or wrong", () => {
  const shuffled: NameFacts = { ...right, v6: { kind: "found", records: ["2001:DB8::1"] } };
  const silent: NameFacts = { ...right, v6: { kind: "failed", detail: "timeout" } };
  const both = look(shuffled);
  expect(
    daily([both, both, look(silent), both, look(gone), look(gone), look(noName), both, both]).writes,
  ).toEqual([0, 4, 7]);
  expect(daily([look(gone), look(gone)]).writes).toEqual([]);
});

test("each name stands for itself, and one that is the domain's no more is forgotten", () => {
  const other = { ...right, name: "www.example.com" };
  const names = [name, other.name];
  const { kept, last } = daily([look(right, other), look(gone, other), look(gone)], names);
  expect(last.findings).toHaveLength(1);
  expect(kept.map((each) => [each.name, each.until])).toEqual([
    [name, day(0)],
    [other.name, null],
  ]);
  const fewer = compareChecks(look(right), { names: [name], kept, checkedAt: day(2) });
  expect(fewer.kept?.map((each) => [each.name, each.until])).toEqual([[name, null]]);
});
