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
import type { Db } from "../src/store/database.ts";
import type { Schema } from "../src/store/schema.ts";

/** Stands between our code and a connection; `run` sends a statement to the database. */
export type Intercept = <R>(
  query: CompiledQuery,
  run: <Row>(query: CompiledQuery) => Promise<QueryResult<Row>>,
) => Promise<QueryResult<R>>;

/** Runs what holds a connection, from the wish for one until it is given back. */
export type Holding = <T>(use: () => Promise<T>) => Promise<T>;

/** The same database, with every statement (`begin` and `commit` too) going through `intercept`. */
export function interceptedDb(behind: Db, intercept: Intercept, holding: Holding = (use) => use()): Db {
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new InterceptedDriver(behind, intercept, holding),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  });
}

/** A connection of the database behind, until it is released. */
class InterceptedConnection implements DatabaseConnection {
  readonly #behind: DatabaseConnection;
  readonly #intercept: Intercept;
  readonly release: () => void;

  constructor(behind: DatabaseConnection, intercept: Intercept, release: () => void) {
    this.#behind = behind;
    this.#intercept = intercept;
    this.release = release;
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#intercept(query, (sent) => this.#behind.executeQuery(sent));
  }

  streamQuery(): never {
    throw new Error("The server streams no query.");
  }
}

class InterceptedDriver implements Driver {
  readonly #behind: Db;
  readonly #intercept: Intercept;
  readonly #holding: Holding;

  constructor(behind: Db, intercept: Intercept, holding: Holding) {
    this.#behind = behind;
    this.#intercept = intercept;
    this.#holding = holding;
  }

  async init(): Promise<void> {}

  /** The database behind stays open. */
  async destroy(): Promise<void> {}

  acquireConnection(): Promise<InterceptedConnection> {
    const acquired = Promise.withResolvers<InterceptedConnection>();
    const used = this.#holding(() =>
      this.#behind.getExecutor().provideConnection((connection) => {
        const released = Promise.withResolvers<void>();
        acquired.resolve(new InterceptedConnection(connection, this.#intercept, released.resolve));
        return released.promise;
      }),
    );
    used.catch(acquired.reject);
    return acquired.promise;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    if (connection instanceof InterceptedConnection) connection.release();
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
