import type { Instant } from "@certmill/domain";
import type { Resource } from "../ca/urls.ts";
import { Refusal } from "../problem.ts";
import type { Allowance } from "./allowance.ts";
import type { LimitCounter } from "./limit-tally.ts";
import type { LimitRules, RequestRate } from "./rules.ts";
import { Usage } from "./usage.ts";

/** Why a request is not even looked at. */
export interface Turning {
  readonly kind: RequestRate["refusal"];
  /** Whole seconds, at least 1. */
  readonly retryAfter: number;
}

/** How many requests this CA takes, whatever they ask for. */
export class RequestLimits {
  readonly #rules: () => LimitRules;
  readonly #refusals: LimitCounter;
  readonly #byAddress = new Usage();
  readonly #byResource = new Usage();
  readonly #all = new Usage();

  constructor(rules: () => LimitRules, refusals: LimitCounter) {
    this.#rules = rules;
    this.#refusals = refusals;
  }

  /** Counts one request. `null`: it is taken. */
  take(resource: Resource, address: string, now: Instant): Turning | null {
    const { requestRates, overload } = this.#rules();
    const index = requestRates.findIndex(
      ({ resources }) => resources === "all" || resources.includes(resource),
    );
    const rate = requestRates[index];
    if (rate !== undefined) {
      const wait = this.#spend(this.#byAddress, `${index} ${address}`, rate.allowance, now);
      if (wait !== null) {
        this.#refusals.add("requestRate");
        return { kind: rate.refusal, retryAfter: wait };
      }
    }
    const busy =
      overload === null || resource === "directory" ? null : this.#spend(this.#all, "", overload, now);
    if (busy === null) return null;
    this.#refusals.add("overload");
    return { kind: "busy", retryAfter: busy };
  }

  /** Counts a request of `client` for `resource`. @throws Refusal in Google's words when its quota is used up. */
  takeOfQuota(resource: Resource, client: string, now: Instant): void {
    const quota = this.#rules().quotas[resource];
    if (quota === undefined) return;
    const key = `${resource} ${client}`;
    if (this.#byResource.spend(key, quota, now)) return;
    this.#refusals.add("quota");
    const wait = (this.#byResource.availableAt(key, quota, now) - now) / 1_000;
    const what = `'default@gcp.api.pki.goog' is over quota (${quota.count} requests in ${quota.period / 1_000} seconds)`;
    throw new Refusal(
      "rateLimited",
      `${what} for the given ACME resource: ${resource}. Try again in ${wait}s.`,
      { headers: { "Retry-After": String(Math.ceil(wait)) } },
    );
  }

  #spend(usage: Usage, key: string, allowance: Allowance, now: Instant): number | null {
    if (usage.spend(key, allowance, now)) return null;
    return Math.ceil((usage.availableAt(key, allowance, now) - now) / 1_000);
  }
}
