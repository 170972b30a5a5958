import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import type { Database, Db } from "../../packages/server/src/store/database.ts";
import type { Schema } from "../../packages/server/src/store/schema.ts";
import type { Activity } from "./activity.ts";

export interface DatabaseWatch {
  readonly activity: Activity;
  /** Told of every statement that may notify. */
  readonly onNotify: () => void;
  readonly onListen: () => void;
}

/**
 * The same database; something is in flight from the wish for a connection until it is given back. Closing it closes
 * the one behind.
 */
export function watchedDatabase(behind: Database, watch: DatabaseWatch): Database {
  const db: Db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new WatchedDriver(behind.db, watch),
      createIntrospector: (own) => new PostgresIntrospector(own),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  return {
    kind: behind.kind,
    connectionUse: () => behind.connectionUse(),
    db,
    listen: (channel, heard) => {
      watch.onListen();
      return behind.listen(channel, heard);
    },
    close: () => behind.close(),
    [Symbol.asyncDispose]: () => behind.close(),
  };
}

class WatchedConnection implements DatabaseConnection {
  readonly #behind: DatabaseConnection;
  readonly #onNotify: () => void;
  readonly release: () => void;

  constructor(behind: DatabaseConnection, onNotify: () => void, release: () => void) {
    this.#behind = behind;
    this.#onNotify = onNotify;
    this.release = release;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (mayNotify(query.sql)) this.#onNotify();
    return this.#behind.executeQuery(query);
  }

  streamQuery(): never {
    throw new Error("The server streams no query.");
  }
}

/** Of the channels, a run has listeners for those that make a worker look; a responder takes no part in it. */
const mayNotify = (sql: string): boolean =>
  sql.includes("pg_notify") && !/pg_notify\('certmill_(challenge|feed)'/.test(sql);

class WatchedDriver implements Driver {
  readonly #behind: Db;
  readonly #watch: DatabaseWatch;

  constructor(behind: Db, watch: DatabaseWatch) {
    this.#behind = behind;
    this.#watch = watch;
  }

  async init(): Promise<void> {}

  /** The database behind stays open. */
  async destroy(): Promise<void> {}

  acquireConnection(): Promise<WatchedConnection> {
    const { activity, onNotify } = this.#watch;
    const acquired = Promise.withResolvers<WatchedConnection>();
    const used = activity.during(() =>
      this.#behind.getExecutor().provideConnection((connection) => {
        const released = Promise.withResolvers<void>();
        acquired.resolve(new WatchedConnection(connection, onNotify, released.resolve));
        return released.promise;
      }),
    );
    used.catch(acquired.reject);
    return acquired.promise;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof WatchedConnection) connection.release();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("begin"));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("commit"));
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw("rollback"));
  }
}
