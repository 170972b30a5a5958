import { after, days, type Instant, instant } from "../time/instant.ts";
import type { FirstOrders } from "./first-orders.ts";
import type { FailingDomains } from "./plan-request.ts";

/** So long a check that fails keeps back the first order (check/recheck.ts). */
const patience = days(1);

export interface HeldTerms {
  readonly failing: FailingDomains;
  /** Domains in each certificate. */
  readonly size: number;
  readonly startsAt: Instant;
}

/**
 * Certificates with a domain that fails its check when the list begins. They join the line when they are right or have failed for a day: so they come
 * after all that were right from the beginning.
 */
export class HeldLine {
  /** Of all certificates. */
  readonly share: number;
  /** When the first of them join the line. */
  readonly opensAt: Instant;
  readonly #failing: FailingDomains;
  readonly #size: number;
  readonly #rightAt: Instant;
  readonly #right: number;
  #waiting = 0;

  constructor({ failing, size, startsAt }: HeldTerms) {
    this.#failing = failing;
    this.#size = size;
    this.#rightAt = after(startsAt, days(failing.laterAfterDays));
    this.#right = (1 - failing.never - failing.later) ** size;
    this.share = 1 - this.#right;
    this.opensAt = instant(Math.min(this.#rightAt, after(startsAt, patience)));
  }

  /** What nobody has ordered. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Of those, what some certificate will come of. */
  get hope(): number {
    const { never } = this.#failing;
    return this.share === 0 ? 0 : this.#waiting * (1 - never ** this.#size / this.share);
  }

  hold(certificates: number): void {
    this.#waiting += certificates;
  }

  take(orders: number, now: Instant): FirstOrders {
    this.#waiting -= orders;
    return this.outcome(orders, now);
  }

  /** Of `orders` of them. */
  outcome(orders: number, now: Instant): FirstOrders {
    const size = this.#size;
    const { never } = this.#failing;
    const later = now < this.#rightAt ? this.#failing.later : 0;
    const alive = 1 - never - later;
    // Shares of all certificates, those that were right from the beginning taken away, as shares of these.
    const scale = this.share === 0 ? 0 : orders / this.share;
    const whole = scale * (alive ** size - this.#right);
    const allDead = scale * (never + later) ** size;
    return {
      whole,
      wholeDomains: whole * size,
      never: scale * size * never,
      later: scale * size * later,
      rests: size > 1 ? orders - whole - allDead : 0,
      restDomains: size > 1 ? scale * size * (alive - this.#right) - whole * size : 0,
    };
  }
}
