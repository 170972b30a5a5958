import type { Instant } from "@certmill/domain";
import type { Random } from "../random.ts";
import type { Identifier } from "../x509/identifier.ts";
import { authorizedName, FailureLimits } from "./failure-limits.ts";
import { LimitCounter } from "./limit-tally.ts";
import { NewAccountLimits } from "./new-account-limits.ts";
import { longest, type Obstacle } from "./obstacle.ts";
import { OrderLimits } from "./order-limits.ts";
import { overLimit } from "./over-limit.ts";
import type { LimitedAccount } from "./overrides.ts";
import { Pauses } from "./pauses.ts";
import { demandRules, type LimitRules } from "./rules.ts";

/** An order that is asked for. */
export interface OrderRequest {
  readonly account: LimitedAccount;
  readonly identifiers: readonly Identifier[];
  /** It replaces a certificate within the window that was suggested for it. */
  readonly replacesInWindow: boolean;
}

/**
 * What accounts may do, as Let's Encrypt documents it: https://letsencrypt.org/docs/rate-limits/. What is looked at and
 * what is spent when is Boulder's (wfe2/wfe.go, ratelimits/transaction.go, ra/ra.go).
 */
export class Limits {
  readonly refusals = new LimitCounter();
  readonly spent = new LimitCounter();
  /** Orders that no limit was held against, as they replace a certificate in its window. */
  exemptOrders = 0;
  readonly pauses: Pauses;
  readonly #accounts = new NewAccountLimits(this.spent);
  readonly #orders = new OrderLimits(this.spent);
  readonly #failures: FailureLimits;
  readonly #random: Random;
  #rules: LimitRules;

  /** @param portal where pauses are ended. @throws RangeError */
  constructor(rules: LimitRules, portal: string, random: Random) {
    demandRules(rules);
    this.#rules = rules;
    this.#random = random;
    this.pauses = new Pauses(portal);
    this.#failures = new FailureLimits(this.pauses, this.spent);
  }

  get rules(): LimitRules {
    return this.#rules;
  }

  /** From now on; what was used stays used. @throws RangeError */
  setRules(rules: LimitRules): void {
    demandRules(rules);
    this.#rules = rules;
  }

  /** An account is about to be made. @throws Refusal */
  newAccount(address: string, now: Instant): void {
    this.#refuse(this.#accounts.obstacles(this.#rules, address, now), now);
    this.#accounts.spend(this.#rules, address, now);
  }

  /** The first that is looked at, before `replaces` and the profile. @throws Refusal */
  refusePaused({ id }: LimitedAccount, identifiers: readonly Identifier[], now: Instant): void {
    const paused = this.pauses.among(id, identifiers.map(authorizedName));
    if (paused.length === 0) return;
    this.refusals.add("consecutiveFailures");
    throw this.pauses.refusal(id, paused, now);
  }

  /**
   * A newOrder whose form is right.
   *
   * @returns what gives back what it has spent, to be called when it fails all the same.
   * @throws Refusal for the limit that stands in its way longest.
   */
  newOrder({ account, identifiers, replacesInWindow }: OrderRequest, now: Instant): () => void {
    const rules = this.#rules;
    if (replacesInWindow && rules.replacementExemption) {
      this.exemptOrders += 1;
      return () => {
        this.exemptOrders -= 1;
      };
    }
    this.#refuse(
      [
        ...this.#orders.obstacles(rules, account, identifiers, now),
        ...this.#failures.obstacles(rules, account, identifiers, now),
      ],
      now,
    );
    return this.#orders.spendOrder(rules, account, identifiers, now);
  }

  issued(account: LimitedAccount, identifiers: readonly Identifier[], now: Instant): void {
    this.#orders.issued(this.#rules, account, identifiers, now);
  }

  /** A validation has failed, or a pending authorization was deactivated. */
  failed(account: LimitedAccount, identifier: Identifier, now: Instant): void {
    this.#failures.failed(this.#rules, account, identifier, now);
  }

  /** A validation has succeeded. */
  succeeded(account: LimitedAccount, identifier: Identifier): void {
    this.#failures.succeeded(account, identifier);
  }

  /** @returns the names that are not paused any more. */
  unpause(accountId: string, now: Instant, only?: string): readonly string[] {
    return this.#failures.unpause(accountId, now, only);
  }

  /** Whole new orders that an account has now; `null`: as many as it likes. */
  ordersLeft(account: LimitedAccount, now: Instant): number | null {
    return this.#orders.ordersLeft(this.#rules, account, now);
  }

  #refuse(obstacles: readonly Obstacle[], now: Instant): void {
    const told = longest(obstacles);
    if (told === null) return;
    this.refusals.add(told.limit);
    throw overLimit(told, now, this.#rules.retryJitter * this.#random());
  }
}
