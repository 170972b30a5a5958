import type { Instant } from "@certmill/domain";
import { OrderedQueue } from "../../../packages/domain/src/simulation/ordered-queue.ts";
import type { Duty, FleetDomain } from "./fleet-domain.ts";

interface Entry {
  readonly domain: FleetDomain;
  readonly duty: Duty;
  readonly at: Instant;
}

/** What is owed to whom, and when. What was owed for another instant before is forgotten. */
export class Duties {
  readonly #queue = new OrderedQueue<Entry>();

  /** When something may be due; null: nothing is owed. */
  get next(): number | null {
    return this.#queue.next;
  }

  /** @param at null: it is owed no more. */
  set(domain: FleetDomain, duty: Duty, at: Instant | null): void {
    if (domain.due[duty] === at) return;
    domain.due[duty] = at;
    if (at !== null) this.#queue.push(at, { domain, duty, at });
  }

  /** One that is due, owed no more from now on; null: none is. */
  take(now: Instant): Entry | null {
    for (let entry = this.#queue.take(now); entry !== null; entry = this.#queue.take(now)) {
      const { domain, duty, at } = entry;
      if (domain.due[duty] !== at) continue;
      domain.due[duty] = null;
      return entry;
    }
    return null;
  }
}
