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
import type { WatchBase } from "./work/watch-base.ts";

/** What is needed for what goes on beside the worker of a process. */
export interface WatchParts {
  readonly config: Pick<
    Config,
    "pollEvery" | "statusPages" | "renewalInfo" | "life" | "weeklyReport" | "auditKept"
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

/** What one of them stands on, and what is logged when a round of it breaks. */
export const baseOf = (parts: WatchParts, event: string, message: string): WatchBase => ({
  db: parts.database.db,
  clock: parts.clock,
  onError: observeErrors(parts, event, message),
});
