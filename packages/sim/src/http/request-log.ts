import type { Instant } from "@certmill/domain";
import { RESOURCES, type Resource } from "../ca/urls.ts";
import type { Fault } from "../faults.ts";

/** One request as it was answered. */
export interface LoggedRequest {
  readonly at: Instant;
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly resource: Resource | null;
  /** `null`: the connection was cut. */
  readonly status: number | null;
  /** Short type of the problem that was the answer, or `null`. */
  readonly problem: string | null;
  readonly fault: Fault | null;
  /** An alteration was at work; status and problem are those of the reply before it. */
  readonly altered: boolean;
}

/** The last requests, and how many there were of each kind since the start. */
export class RequestLog {
  readonly counts: Record<Resource, number>;
  readonly #entries: LoggedRequest[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
    this.counts = Object.fromEntries(RESOURCES.map((resource) => [resource, 0])) as Record<Resource, number>;
  }

  add(request: LoggedRequest): void {
    if (request.resource !== null) this.counts[request.resource] += 1;
    this.#entries.push(request);
    // Halving keeps the cost of a request constant.
    if (this.#entries.length > 2 * this.#most) this.#entries.splice(0, this.#entries.length - this.#most);
  }

  /** The oldest first. */
  entries(): readonly LoggedRequest[] {
    return this.#entries.slice(-this.#most);
  }
}
