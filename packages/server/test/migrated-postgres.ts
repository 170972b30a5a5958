import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import pg from "pg";
import { inject } from "vitest";

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

/** A PostgreSQL server from the tests' pool, for this caller alone until it is disposed of. */
export async function startMigratedPostgres(): Promise<MigratedPostgres> {
  const { url, giveBack } = await borrow(inject("postgresPool"));
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  // A connection that is being closed hears of the server's end.
  pool.on("error", () => {});
  const create = async (from: string): Promise<OwnDatabase> => {
    const name = `t${randomBytes(6).toString("hex")}`;
    await pool.query(`create database ${name} template ${from} strategy file_copy`);
    return {
      url: url.replace(/[^/]*$/, name),
      [Symbol.asyncDispose]: async () => void (await pool.query(`drop database ${name}`)),
    };
  };
  return {
    copy: () => create("migrated"),
    empty: () => create("template0"),
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      giveBack();
    },
  };
}

/** tools/test/postgres-pool.ts has the other end. */
async function borrow(port: number): Promise<{ readonly url: string; readonly giveBack: () => void }> {
  const socket = connect(port, "127.0.0.1");
  const [line] = (await once(socket.setEncoding("utf8"), "data")) as [string];
  const [word, rest] = [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1).trim()];
  if (word !== "ok") throw new Error(`There is no PostgreSQL for this test: ${rest}`);
  return { url: rest, giveBack: () => socket.destroy() };
}
