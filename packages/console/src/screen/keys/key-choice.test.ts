import fc from "fast-check";
import { expect, test } from "vitest";
import { type KeyRules, keyChoiceOf, keyPolicyWords, keyRulesOf } from "./key-choice.ts";

const policies = fc.oneof(
  fc.constantFrom({ policy: "new" as const }, { policy: "shared" as const }),
  fc.record({ policy: fc.constant("keep" as const), renewals: fc.integer({ min: 1, max: 9_999 }) }),
);
const rules: fc.Arbitrary<KeyRules> = fc.record({
  keys: fc.option(policies),
  keysKeptDays: fc.option(fc.integer({ min: 0, max: 3_650 })),
  keyType: fc.option(fc.constantFrom("p256" as const, "p256+rsa2048" as const)),
});

test("a form that is sent as it was opened changes nothing", () => {
  fc.assert(
    fc.property(rules, (given) => {
      expect(keyRulesOf(keyChoiceOf(given))).toEqual(given);
    }),
  );
});

test.each([
  [{ policy: "new" }, "new for each"],
  [{ policy: "keep", renewals: 1 }, "kept for 1 renewal"],
  [{ policy: "keep", renewals: 3 }, "kept for 3 renewals"],
  [{ policy: "shared" }, "one for all"],
] as const)("%j is told as %s", (policy, words) => {
  expect(keyPolicyWords(policy)).toBe(words);
});
