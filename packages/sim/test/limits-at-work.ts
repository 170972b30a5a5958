/** Limits without a CA around them, and what is asked of them. */
import { type Instant, instant } from "@certmill/domain";
import { Limits } from "../src/limits/limits.ts";
import { NO_LIMITS, ruleSet } from "../src/limits/rule-sets.ts";
import type { LimitRules } from "../src/limits/rules.ts";
import { Refusal } from "../src/problem.ts";
import type { Identifier } from "../src/x509/identifier.ts";

export const START = instant(Date.UTC(2027, 0, 1));
export const ACCOUNT = { id: "1", url: "https://ca.test/acme/account/1" };
export const OTHER = { id: "2", url: "https://ca.test/acme/account/2" };

export const names = (...values: readonly string[]): Identifier[] =>
  values.map((value) => ({ type: "dns", value }));

export const limitsOf = (rules: Partial<LimitRules>): Limits =>
  new Limits({ ...NO_LIMITS, ...rules }, "https://portal.test/unpause", () => 0);

export const order = (limits: Limits, now: Instant, ...values: readonly string[]) =>
  limits.newOrder({ account: ACCOUNT, identifiers: names(...values), replacesInWindow: false }, now);

/** `null`: it was let pass. */
export function refusalOf(attempt: () => void): Refusal | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

export const LETSENCRYPT = { ...ruleSet("letsencrypt"), retryJitter: 0 };
