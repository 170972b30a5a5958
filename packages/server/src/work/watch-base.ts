import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";

/** What every watch stands on. */
export interface WatchBase {
  readonly db: Db;
  readonly clock: Clock;
  /** Told of a round that broke: the database is away, or a bug. */
  readonly onError: (error: unknown) => void;
}
