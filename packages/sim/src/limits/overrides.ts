import type { Instant } from "@certmill/domain";
import type { Allowance } from "./allowance.ts";
import type { LimitRules, Override } from "./rules.ts";

export interface LimitedAccount {
  readonly id: string;
  readonly url: string;
}

/** Of new orders. `null`: there is no limit. */
export const ordersAllowance = (rules: LimitRules, account: LimitedAccount, now: Instant): Allowance | null =>
  holding(rules, now, (each) => each.limit === "newOrdersPerAccount" && isOf(each.account, account)) ??
  rules.newOrdersPerAccount;

/** Of certificates for a registered domain, over all accounts. `null`: there is no limit. */
export const domainAllowance = (rules: LimitRules, domain: string, now: Instant): Allowance | null =>
  holding(rules, now, (each) => "registeredDomain" in each && each.registeredDomain === domain) ??
  rules.certificatesPerRegisteredDomain;

/** Of certificates for each registered domain that this account has for itself. `null`: it has none. */
export const ownDomainAllowance = (
  rules: LimitRules,
  account: LimitedAccount,
  now: Instant,
): Allowance | null =>
  holding(
    rules,
    now,
    (each) =>
      each.limit === "certificatesPerRegisteredDomain" && "account" in each && isOf(each.account, account),
  );

/** The newest override that holds now. */
function holding(
  { overrides }: LimitRules,
  now: Instant,
  fits: (override: Override) => boolean,
): Allowance | null {
  let newest: Override | null = null;
  for (const each of overrides) {
    if (each.from <= now && fits(each) && (newest === null || each.from >= newest.from)) newest = each;
  }
  return newest?.allowance ?? null;
}

const isOf = (named: string, { id, url }: LimitedAccount): boolean => named === id || named === url;
