import { describe, expect, test } from "vitest";
import { instant } from "../time/instant.ts";
import { tlsSteps, toldSteps } from "./pair-steps.ts";
import type { HeldTwin, TlsSeen, ToldByEdge, Way } from "./path-facts.ts";
import type { PathStep } from "./path-step.ts";

const name = "shop.example.com";
const now = instant(1_000_000);
const held = { serial: "0a", earlier: ["09"] };
const twin = { serial: "1a", earlier: ["19"] };

const p256: TlsSeen = { kind: "served", serial: "0a", names: [name], notAfter: instant(2_000_000) };
const rsa: TlsSeen = { ...p256, serial: "1a" };
const refused: TlsSeen = { kind: "failed", detail: "alert 40" };
const closed: TlsSeen = { kind: "unreachable", detail: "connection refused" };
const wayOf = (tls: TlsSeen, rsaTls: TlsSeen | null): Way => ({
  address: "192.0.2.1",
  hops: [],
  outcome: { kind: "busy" },
  tls,
  rsaTls,
});

const mark = { right: "+", wrong: "-", note: "." } as const;
const codes = (steps: readonly PathStep[]): string =>
  steps.map(({ state, code }) => `${mark[state]}${code}`).join(" ");

/** What a client sees that verifies ECDSA only, and one that verifies RSA only. */
describe("what is served of a pair", () => {
  test.each<readonly [TlsSeen, TlsSeen, string, RegExp]>([
    [p256, rsa, "+served +served", /^RSA: It serves the certificate 1a, which is the one of this server\.$/],
    [p256, refused, "+served .half-served", /^RSA: Clients that verify RSA only are refused/],
    [refused, rsa, ".half-served +served", /^It serves the RSA certificate of the pair only/],
    [p256, { ...rsa, serial: "19" }, "+served -served-before", /^RSA: It still serves the certificate 19/],
    [p256, { ...rsa, serial: "0b" }, "+served -served-other", /^RSA: It serves another certificate/],
    [p256, { kind: "unasked" }, "+served .busy", /^RSA: It was not asked/],
    [refused, refused, "-not-served -not-served", /^RSA: 192\.0\.2\.1 makes no TLS handshake/],
    [closed, closed, "-not-served", /connection refused/],
  ])("%j and %j: %s", (tls, rsaTls, expected, says) => {
    const steps = tlsSteps(name, wayOf(tls, rsaTls), { held, twin, now });
    expect(codes(steps)).toBe(expected);
    expect(steps.map(({ sentence }) => sentence)).toContainEqual(expect.stringMatching(says));
  });

  test.each<HeldTwin>([null, "lacking"])("a twin that is %j has no step", (none) => {
    expect(codes(tlsSteps(name, wayOf(p256, null), { held, twin: none, now }))).toBe("+served");
  });
});

const one = { edge: "a", ofTwin: false, isCurrent: true, error: null };

test.each<[HeldTwin, readonly ToldByEdge[], string]>([
  [twin, [one, { ...one, ofTwin: true }], "+told +told"],
  [twin, [one], "+told .half-told"],
  [twin, [one, { ...one, edge: "b" }, { ...one, ofTwin: true }], "+told +told +told .half-told"],
  [twin, [one, { ...one, ofTwin: true, error: "full" }], "+told -refused-by-edge"],
  [twin, [{ ...one, error: "full" }], "-refused-by-edge"],
  ["lacking", [one], "+told .half-held"],
  [null, [one], "+told"],
])("a twin that is %j, edges that told %j: %s", (ofPair, told, expected) => {
  expect(codes(toldSteps(name, { held, twin: ofPair, told }))).toBe(expected);
  expect(toldSteps(name, { held: null, twin: ofPair, told })).toEqual([]);
});
