import { type Database, openDatabase } from "../../packages/server/src/store/database.ts";
import { readDatabaseVersion } from "../../packages/server/src/store/read/status.ts";
import { type Postgres, startPostgres } from "../../tools/peers/postgres.ts";

export interface Storage extends AsyncDisposable {
  readonly postgres: Postgres;
  /** For what a bench sets up and looks at; the server has connections of its own. */
  readonly database: Database;
  /** PostgreSQL's. */
  readonly version: string;
}

/** PostgreSQL with its own defaults: every commit is on the disk before it is answered. */
export async function startStorage(): Promise<Storage> {
  await using opened = new AsyncDisposableStack();
  const postgres = opened.use(await startPostgres({ durability: "full" }));
  const database = opened.use(await openDatabase({ kind: "postgresql", url: postgres.url, connections: 2 }));
  const version = (await readDatabaseVersion(database.db)).replace("PostgreSQL ", "");
  const lifetime = opened.move();
  return { postgres, database, version, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}
