import { days, type Instant, instant, milliseconds } from "@certmill/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Refusal } from "../problem.ts";
import type { Identifier } from "../x509/identifier.ts";
import type { Allowance } from "./allowance.ts";
import { Limits } from "./limits.ts";
import { NO_LIMITS } from "./rule-sets.ts";
import type { LimitRules } from "./rules.ts";

const START = instant(Date.UTC(2027, 0, 1));
const ACCOUNTS = ["1", "2"].map((id) => ({ id, url: `https://ca.test/account/${id}` }));
const NAMES = ["a.example.com", "b.example.com", "a.example.org", "*.example.org"];

const allowances: fc.Arbitrary<Allowance> = fc.record({
  burst: fc.integer({ min: 1, max: 4 }),
  count: fc.integer({ min: 1, max: 4 }),
  period: fc.integer({ min: 1_000, max: 1_000_000 }).map(milliseconds),
});
const rules: fc.Arbitrary<LimitRules> = fc
  .record({
    newOrdersPerAccount: fc.option(allowances),
    certificatesPerRegisteredDomain: fc.option(allowances),
    certificatesPerExactSet: fc.option(allowances),
    failedAuthorizations: fc.option(allowances),
    overrides: fc.array(
      fc.record({
        limit: fc.constant("newOrdersPerAccount" as const),
        account: fc.constantFrom("1", "2"),
        allowance: allowances,
        from: fc.integer({ min: 0, max: 3_000_000 }).map((wait) => instant(START + wait)),
      }),
      { maxLength: 2 },
    ),
  })
  .map((some) => ({ ...NO_LIMITS, renewalExemption: days(120), ...some }));

const steps = fc.array(
  fc.record({
    what: fc.constantFrom("order", "issued", "failed" as const),
    who: fc.constantFrom(...ACCOUNTS),
    names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 3 }),
    wait: fc.integer({ min: 0, max: 300_000 }),
  }),
  { maxLength: 40 },
);

/** Whole seconds to wait; `null`: the order was granted. */
function waitFor(limits: Limits, order: Parameters<Limits["newOrder"]>[0], now: Instant): number | null {
  try {
    limits.newOrder(order, now);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return Number(error.headers["Retry-After"]);
  }
}

test("who waits as long as it was told is let pass, and who comes a second earlier is not", () => {
  fc.assert(
    fc.property(rules, steps, (given, taken) => {
      // One CA for each refusal that is looked into: asking again spends.
      const until = (end: number): { readonly limits: Limits; readonly now: Instant } => {
        const limits = new Limits(given, "https://portal.test", () => 0);
        let now = START;
        for (const { what, who, names, wait } of taken.slice(0, end)) {
          now = instant(now + wait);
          const identifiers: Identifier[] = names.map((value) => ({ type: "dns", value }));
          if (what === "issued") limits.issued(who, identifiers, now);
          else if (what === "failed") for (const each of identifiers) limits.failed(who, each, now);
          else waitFor(limits, { account: who, identifiers, replacesInWindow: false }, now);
        }
        return { limits, now };
      };
      for (const [index, { what, who, names, wait }] of taken.entries()) {
        if (what !== "order") continue;
        const identifiers: Identifier[] = names.map((value) => ({ type: "dns", value }));
        const order = { account: who, identifiers, replacesInWindow: false };
        const { limits, now } = until(index);
        const asked = instant(now + wait);
        const told = waitFor(limits, order, asked);
        if (told === null) continue;
        // The text's instant is a whole second; the real one is within the second before it.
        const at = instant(Math.floor(asked / 1_000) * 1_000 + told * 1_000);
        const sooner = instant(at - 1_001);
        const overridden = given.overrides.some(({ from }) => from > Math.min(asked, sooner) && from <= at);
        if (overridden) continue;
        expect(waitFor(limits, order, sooner)).not.toBeNull();
        expect(waitFor(limits, order, at)).toBeNull();
        return;
      }
    }),
  );
});
