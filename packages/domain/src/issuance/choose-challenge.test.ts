import fc from "fast-check";
import { expect, test } from "vitest";
import { type ChallengeType, challengeTypes, chooseChallenge } from "./choose-challenge.ts";
import type { AuthorizationFacts } from "./input.ts";

const authorization = (
  identifier: string,
  types: readonly ChallengeType[] = challengeTypes,
  inOurZone = false,
): AuthorizationFacts => ({
  url: identifier,
  identifier,
  status: "pending",
  challenges: types.map((type) => ({ type, url: type, token: type, status: "pending" })),
  inOurZone,
  problem: null,
});

type Case = readonly [
  expected: string,
  wish: ChallengeType | null,
  facts: AuthorizationFacts,
  beside?: string,
];

const cases: readonly Case[] = [
  ["http-01", null, authorization("a.test")],
  ["dns-01", "dns-01", authorization("a.test")],
  ["dns-01", null, authorization("*.a.test", ["dns-01"])],
  ["dns-01", "http-01", authorization("*.a.test")],
  ["none", null, authorization("*.a.test", ["http-01"])],
  ["dns-01", null, authorization("a.test", challengeTypes, true)],
  ["http-01", "http-01", authorization("a.test", challengeTypes, true)],
  ["http-01", null, authorization("a.test", ["http-01"], true)],
  ["none", "dns-01", authorization("a.test", ["http-01"], true)],
  ["none", null, authorization("a.test", ["dns-01"])],
  ["dns-01", null, authorization("a.test"), "*.a.test"],
  ["http-01", null, authorization("www.a.test"), "*.a.test"],
  ["http-01", "http-01", authorization("a.test"), "*.a.test"],
  ["http-01", "dns-01", authorization("192.0.2.1")],
  ["http-01", "dns-01", authorization("2001:db8::1")],
  ["tls-alpn-01", "tls-alpn-01", authorization("a.test")],
  ["tls-alpn-01", "tls-alpn-01", authorization("192.0.2.1")],
  ["tls-alpn-01", "tls-alpn-01", authorization("a.test", challengeTypes, true)],
  ["dns-01", "tls-alpn-01", authorization("*.a.test")],
  ["none", "tls-alpn-01", authorization("a.test", ["http-01"])],
  ["none", null, authorization("a.test", ["tls-alpn-01"])],
];

test.for(cases)("%s with the wish %s for %o beside %s", ([expected, wish, facts, beside]) => {
  const all = beside === undefined ? [facts] : [facts, authorization(beside)];
  expect(chooseChallenge(facts, all, wish)?.type ?? "none").toBe(expected);
});

test("what is chosen is offered, and a wildcard is never proven by HTTP", () => {
  const types = fc.subarray([...challengeTypes]);
  const wishes = fc.constantFrom(null, ...challengeTypes);
  fc.assert(
    fc.property(fc.boolean(), types, fc.boolean(), wishes, (isWildcard, offered, inOurZone, wish) => {
      const facts = authorization(isWildcard ? "*.a.test" : "a.test", offered, inOurZone);
      const chosen = chooseChallenge(facts, [facts], wish);
      if (chosen === null) return;
      expect(facts.challenges).toContain(chosen);
      if (isWildcard) expect(chosen.type).toBe("dns-01");
    }),
  );
});
