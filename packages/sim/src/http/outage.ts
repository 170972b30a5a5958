import { type Duration, milliseconds } from "@certmill/domain";
import { problemDocument } from "../problem.ts";
import type { Reply } from "./reply.ts";
import { busy } from "./turned-away.ts";

/**
 * How a CA is down:
 * - `unavailable`: 503 in HTML without Retry-After, as a front end whose CA is gone.
 * - `server-error`: 500 serverInternal with Retry-After.
 * - `busy`: 503 rateLimited "Service busy" with Retry-After.
 * - `drop`: connections are cut.
 */
export type Outage = "unavailable" | "server-error" | "busy" | "drop";

/** Whether the CA is down or slow now, and how many requests have found it down. */
export class OutageSwitch {
  outage: Outage | null = null;
  /** How much longer each answer takes, in real time. */
  delay: Duration = milliseconds(0);
  #met = 0;

  get met(): number {
    return this.#met;
  }

  /** What a request gets. `null`: the CA is not down. `cut`: no answer. */
  answer(): Reply | "cut" | null {
    if (this.outage !== null) this.#met += 1;
    switch (this.outage) {
      case null:
        return null;
      case "unavailable":
        return { status: 503, headers: {}, content: { kind: "html", text: UNAVAILABLE } };
      case "server-error": {
        const value = problemDocument("serverInternal", "Internal error");
        return { status: 500, headers: { "Retry-After": "60" }, content: { kind: "problem", value } };
      }
      case "busy":
        return busy(60);
      case "drop":
        return "cut";
    }
  }
}

const UNAVAILABLE = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>\r\n";
