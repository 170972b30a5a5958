/** Does for the embedded database what autovacuum does for PostgreSQL: it has no daemon of its own. */
import { tablesToVacuum, vacuum } from "../store/vacuum.ts";
import { Rounds } from "./rounds.ts";
import type { SteadyWatch } from "./watch-base.ts";

export const watchTables = ({ db, clock, lookEvery, onError }: SteadyWatch): Rounds =>
  new Rounds({
    clock,
    round: async ({ signal }) => {
      // A statement for each: all others wait for the one that runs, and get their turn in between.
      for (const table of await tablesToVacuum(db)) {
        if (signal.aborted) break;
        await vacuum(db, table);
      }
      return lookEvery;
    },
    shortestWait: lookEvery,
    afterError: lookEvery,
    noMore: "The database's tables are cleaned no more.",
    onError,
  });
