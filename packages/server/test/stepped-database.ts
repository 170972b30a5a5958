import { type Database, type Db, openDatabase } from "../src/store/database.ts";
import { interceptedDb } from "./intercepted-db.ts";
import type { SteppedClock } from "./stepped-clock.ts";

export interface SteppedDatabase extends AsyncDisposable {
  readonly db: Db;
  /** Sent so far. */
  statements(): number;
}

/** A database whose statements take no time of the clock. */
export async function openSteppedDatabase(url: string, clock: SteppedClock): Promise<SteppedDatabase> {
  const database: Database = await openDatabase({ kind: "postgresql", url, connections: 1 });
  // Its one connection is made now: while it is made, the clock would go on.
  await database.db.selectFrom("installation").select("id").execute();
  let statements = 0;
  return {
    db: interceptedDb(database.db, (query, run) => {
      statements += 1;
      return clock.during(run(query));
    }),
    statements: () => statements,
    [Symbol.asyncDispose]: () => database.close(),
  };
}
