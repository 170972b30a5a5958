import { openDatabase } from "../../src/store/database.ts";
import { startMigratedPostgres } from "../migrated-postgres.ts";
import { rewindTo } from "../rewind.ts";
import { openTestApiOn, type TestApi } from "./open-test-api.ts";

export interface OwnTestApi extends TestApi {
  readonly databaseUrl: string;
}

/** A PostgreSQL database for one API after the other: to begin anew takes a tenth of what a database of its own does. */
export interface OwnTestApis extends AsyncDisposable {
  /** An API with nothing in its database, which others can connect to. The one before must be closed. */
  open(): Promise<OwnTestApi>;
}

export async function startOwnTestApis(): Promise<OwnTestApis> {
  await using opened = new AsyncDisposableStack();
  const postgres = opened.use(await startMigratedPostgres());
  const { url } = opened.use(await postgres.copy());
  const database = opened.use(await openDatabase({ kind: "postgresql", url, connections: 5 }));
  const rewind = await rewindTo(database.db);
  const lifetime = opened.move();
  return {
    async open() {
      await rewind();
      return { ...(await openTestApiOn(database)), databaseUrl: url };
    },
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
