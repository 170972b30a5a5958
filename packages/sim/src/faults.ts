import type { Resource } from "./ca/urls.ts";
import type { Random } from "./random.ts";

/**
 * What can go wrong with one request:
 * - `bad-nonce`: refused with badNonce though the nonce was good.
 * - `server-error`: 500 serverInternal with Retry-After, nothing done.
 * - `unavailable`: 503 rateLimited "Service busy" with Retry-After and no nonce, as a front end sheds load.
 * - `drop-before`: the connection is cut and nothing done.
 * - `drop-after`: all is done, but the connection is cut in place of the answer.
 */
export type Fault = "bad-nonce" | "server-error" | "unavailable" | "drop-before" | "drop-after";

/** Shares of requests, each in 0 to 1; together at most 1. */
export interface FaultRates {
  readonly badNonceRate?: number;
  readonly serverErrorRate?: number;
  readonly unavailableRate?: number;
  readonly dropBeforeRate?: number;
  readonly dropAfterRate?: number;
  /** Of finalize requests that were in order: the order becomes invalid. */
  readonly issuanceFailureRate?: number;
  /** Only requests for these; all when absent. */
  readonly only?: readonly Resource[];
}

/** Draws the faults of requests from a seed, after those that were ordered one by one. */
export class Faults {
  readonly #rates: FaultRates;
  readonly #random: Random;
  readonly #planned: { readonly fault: Fault; readonly resource: Resource }[] = [];

  constructor(rates: FaultRates, random: Random) {
    this.#rates = rates;
    this.#random = random;
  }

  /** The next request for `resource` that has none planned yet gets this fault. */
  plan(fault: Fault, resource: Resource): void {
    this.#planned.push({ fault, resource });
  }

  /** The fault of this request; `null`: none. Bad nonces need a signed request: never for GET and HEAD. */
  draw(resource: Resource, signed: "signed" | "unsigned"): Fault | null {
    const index = this.#planned.findIndex((each) => each.resource === resource);
    const [planned] = index === -1 ? [] : this.#planned.splice(index, 1);
    if (planned !== undefined) return planned.fault;
    const { only, badNonceRate = 0, serverErrorRate = 0, unavailableRate = 0 } = this.#rates;
    const { dropBeforeRate = 0, dropAfterRate = 0 } = this.#rates;
    if (only !== undefined && !only.includes(resource)) return null;
    const shares: readonly (readonly [Fault, number])[] = [
      ["server-error", serverErrorRate],
      ["unavailable", unavailableRate],
      ["drop-before", dropBeforeRate],
      ["drop-after", dropAfterRate],
      ["bad-nonce", signed === "signed" ? badNonceRate : 0],
    ];
    let left = this.#random();
    for (const [fault, share] of shares) {
      if (left < share) return fault;
      left -= share;
    }
    return null;
  }

  readonly issuanceFails = (): boolean => this.#random() < (this.#rates.issuanceFailureRate ?? 0);
}
