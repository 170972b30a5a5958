import type { Duration } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";

/** What every watch stands on. */
export interface WatchBase {
  readonly db: Db;
  readonly clock: Clock;
  /** Told of a round that broke: the database is away, or a bug. */
  readonly onError: (error: unknown) => void;
}

/** One that looks for what nobody tells of. */
export interface SteadyWatch extends WatchBase {
  readonly lookEvery: Duration;
}
