import { type Duration, type Instant, instant } from "@certmill/domain";
import { type Identifier, identifierSetKey } from "../x509/identifier.ts";
import type { LimitCounter } from "./limit-tally.ts";
import { type Obstacle, obstacles } from "./obstacle.ts";
import { domainAllowance, type LimitedAccount, ordersAllowance, ownDomainAllowance } from "./overrides.ts";
import { registeredDomains } from "./registered-domain.ts";
import type { LimitRules } from "./rules.ts";
import { Usage } from "./usage.ts";

const FEWEST_TO_FORGET = 1_024;

/** What is ordered and issued: looked at when it is ordered, spent then or when it is issued. */
export class OrderLimits {
  readonly #spent: LimitCounter;
  readonly #orders = new Usage();
  readonly #domains = new Usage();
  readonly #ownDomains = new Usage();
  readonly #sets = new Usage();
  /** When the newest certificate for a set of identifiers was issued. */
  readonly #issuedAt = new Map<string, Instant>();
  #forgetAt = FEWEST_TO_FORGET;

  constructor(spent: LimitCounter) {
    this.#spent = spent;
  }

  /** Whether the very same identifiers had a certificate together not long ago, whoever asked for it. */
  isRenewal({ renewalExemption }: LimitRules, identifiers: readonly Identifier[], now: Instant): boolean {
    if (renewalExemption === null) return false;
    const issuedAt = this.#issuedAt.get(identifierSetKey(identifiers));
    return issuedAt !== undefined && now - issuedAt < renewalExemption;
  }

  obstacles(
    rules: LimitRules,
    account: LimitedAccount,
    identifiers: readonly Identifier[],
    now: Instant,
  ): readonly Obstacle[] {
    const set = { usage: this.#sets, key: identifierSetKey(identifiers) };
    const ofSet = obstacles("certificatesPerExactSet", set, rules.certificatesPerExactSet, now);
    if (this.isRenewal(rules, identifiers, now)) return ofSet;
    const orders = { usage: this.#orders, key: account.id };
    return [
      ...obstacles("newOrdersPerAccount", orders, ordersAllowance(rules, account, now), now),
      ...registeredDomains(identifiers).flatMap((domain) => this.#ofDomain(rules, account, domain, now)),
      ...ofSet,
    ];
  }

  /** A newOrder is granted. @returns what gives it back, when nothing comes of it. */
  spendOrder(
    rules: LimitRules,
    account: LimitedAccount,
    identifiers: readonly Identifier[],
    now: Instant,
  ): () => void {
    const allowance = this.isRenewal(rules, identifiers, now) ? null : ordersAllowance(rules, account, now);
    if (allowance === null || !this.#orders.spend(account.id, allowance, now)) return () => undefined;
    this.#spent.add("newOrdersPerAccount");
    return () => {
      this.#orders.refund(account.id, allowance, now);
      this.#spent.add("newOrdersPerAccount", -1);
    };
  }

  /** A certificate is signed; a limit that is used up does not hold it up. */
  issued(rules: LimitRules, account: LimitedAccount, identifiers: readonly Identifier[], now: Instant): void {
    const set = identifierSetKey(identifiers);
    if (!this.isRenewal(rules, identifiers, now)) {
      for (const domain of registeredDomains(identifiers)) this.#spendDomain(rules, account, domain, now);
    }
    const { certificatesPerExactSet, renewalExemption } = rules;
    if (certificatesPerExactSet !== null && this.#sets.spend(set, certificatesPerExactSet, now)) {
      this.#spent.add("certificatesPerExactSet");
    }
    if (renewalExemption === null) return;
    this.#issuedAt.set(set, now);
    if (this.#issuedAt.size >= this.#forgetAt) this.#forgetIssued(renewalExemption, now);
  }

  /** Whole new orders that an account has now; `null`: as many as it likes. */
  ordersLeft(rules: LimitRules, account: LimitedAccount, now: Instant): number | null {
    const allowance = ordersAllowance(rules, account, now);
    return allowance === null ? null : this.#orders.left(account.id, allowance, now);
  }

  /** An account with an allowance of its own is held to that, and not to what all have together. */
  #ofDomain(rules: LimitRules, account: LimitedAccount, domain: string, now: Instant): readonly Obstacle[] {
    const own = ownDomainAllowance(rules, account, now);
    const limit = "certificatesPerRegisteredDomain";
    if (own === null) {
      const used = { usage: this.#domains, key: domain };
      return obstacles(limit, used, domainAllowance(rules, domain, now), now);
    }
    const used = { usage: this.#ownDomains, key: `${account.id} ${domain}`, subject: domain };
    return obstacles(limit, used, own, now);
  }

  /** Of both: what an account has for itself is gone for the others, too. */
  #spendDomain(rules: LimitRules, account: LimitedAccount, domain: string, now: Instant): void {
    const own = ownDomainAllowance(rules, account, now);
    const shared = domainAllowance(rules, domain, now);
    if (own !== null) this.#ownDomains.spend(`${account.id} ${domain}`, own, now);
    if (shared !== null && this.#domains.spend(domain, shared, now)) {
      this.#spent.add("certificatesPerRegisteredDomain");
    }
  }

  #forgetIssued(exemption: Duration, now: Instant): void {
    const since = instant(now - exemption);
    for (const [set, at] of this.#issuedAt) if (at <= since) this.#issuedAt.delete(set);
    this.#forgetAt = Math.max(FEWEST_TO_FORGET, this.#issuedAt.size * 2);
  }
}
