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
import type { Mortal } from "./mortal.ts";

/** The same database, with every statement (`begin` and `commit` too) a call of `mortal`. */
export function mortalDatabase(database: Database, mortal: Mortal): Database {
  const db = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new MortalDriver(database.db, mortal),
      createIntrospector: (of) => new PostgresIntrospector(of),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
  const close = async (): Promise<void> => {
    await db.destroy();
    await database.close();
  };
  return {
    kind: database.kind,
    db,
    listen: (channel, heard) =>
      mortal.call(`listen ${channel}`, () =>
        database.listen(channel, (payload) => {
          if (mortal.lastCall === null) heard(payload);
        }),
      ),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** A connection of the database behind, until it is released. */
class MortalConnection implements DatabaseConnection {
  readonly #behind: DatabaseConnection;
  readonly #mortal: Mortal;
  readonly release: () => void;

  constructor(behind: DatabaseConnection, mortal: Mortal, release: () => void) {
    this.#behind = behind;
    this.#mortal = mortal;
    this.release = release;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const what = query.sql.replaceAll(/\s+/g, " ").trim().slice(0, 80);
    return this.#mortal.call(what, () => this.#behind.executeQuery<R>(query));
  }

  streamQuery(): never {
    throw new Error("nothing here streams");
  }
}

class MortalDriver implements Driver {
  readonly #behind: Db;
  readonly #mortal: Mortal;

  constructor(behind: Db, mortal: Mortal) {
    this.#behind = behind;
    this.#mortal = mortal;
  }

  async init(): Promise<void> {}

  async destroy(): Promise<void> {}

  acquireConnection(): Promise<MortalConnection> {
    const acquired = Promise.withResolvers<MortalConnection>();
    const used = this.#behind.getExecutor().provideConnection((connection) => {
      const released = Promise.withResolvers<void>();
      acquired.resolve(new MortalConnection(connection, this.#mortal, released.resolve));
      return released.promise;
    });
    used.catch(acquired.reject);
    return acquired.promise;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof MortalConnection) connection.release();
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
