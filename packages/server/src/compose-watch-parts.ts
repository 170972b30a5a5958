import { milliseconds, minutes } from "@certmill/domain";
import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { NameChecks } from "./compose-checks.ts";
import type { Config } from "./config/read-config.ts";
import type { Records } from "./dns/records.ts";
import type { OpenTransport } from "./effects/ca-connections.ts";
import type { KeyRing } from "./keys/key-ring.ts";
import { observeErrors } from "./observe/loop-errors.ts";
import type { Metrics } from "./observe/metrics.ts";
import type { Tracing } from "./observe/tracing/tracing.ts";
import type { Database } from "./store/database.ts";
import type { SteadyWatch } from "./work/watch-base.ts";

/** What is needed for what goes on beside the worker of a process. */
export interface WatchParts {
  readonly config: Pick<
    Config,
    "pollEvery" | "statusPages" | "renewalInfo" | "life" | "weeklyReport" | "auditKept" | "vault"
  >;
  readonly database: Database;
  readonly clock: Clock;
  readonly keyRing: () => KeyRing;
  readonly openTransport: OpenTransport;
  /** Null: names are ordered unchecked. */
  readonly checks: NameChecks | null;
  readonly records: Records;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly log: Logger;
}

/** For what need not be seen to the minute. */
const lookEvery = minutes(10);

/** What one of them stands on, and what is logged when a round of it breaks. */
export const baseOf = (parts: WatchParts, event: string, message: string): SteadyWatch => ({
  db: parts.database.db,
  clock: parts.clock,
  lookEvery: milliseconds(Math.max(lookEvery, parts.config.pollEvery ?? 0)),
  onError: observeErrors(parts, event, message),
});
