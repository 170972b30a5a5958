import { randomBytes } from "node:crypto";
import pg from "pg";
import { startPostgres } from "../../../tools/peers/postgres.ts";
import { openDatabase } from "../src/store/database.ts";
import { migrate } from "../src/store/migrate.ts";

/** A database of its own; disposing of it drops it, which PostgreSQL refuses while a connection is left. */
export interface OwnDatabase extends AsyncDisposable {
  readonly url: string;
}

export interface MigratedPostgres extends AsyncDisposable {
  /** A database with our schema and no rows. */
  copy(): Promise<OwnDatabase>;
  /** A database with nothing in it. */
  empty(): Promise<OwnDatabase>;
}

/** A PostgreSQL server of the test's own. */
export async function startMigratedPostgres(): Promise<MigratedPostgres> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startPostgres());
  const template = await server.createDatabase("migrated");
  await migrateAt(template);
  const pool = opened.adopt(new pg.Pool({ connectionString: server.url, max: 4 }), (each) => each.end());
  // A connection that is being closed hears of the server's end.
  pool.on("error", () => {});
  const create = async (from: string): Promise<OwnDatabase> => {
    const name = `t${randomBytes(6).toString("hex")}`;
    await pool.query(`create database ${name} template ${from}`);
    return {
      url: server.url.replace(/[^/]*$/, name),
      [Symbol.asyncDispose]: async () => void (await pool.query(`drop database ${name}`)),
    };
  };
  const lifetime = opened.move();
  return {
    copy: () => create("migrated"),
    empty: () => create("template0"),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

async function migrateAt(url: string): Promise<void> {
  await using database = await openDatabase({ kind: "postgresql", url, connections: 1 });
  await migrate(database.db);
}
