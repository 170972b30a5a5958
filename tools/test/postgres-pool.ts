/**
 * PostgreSQL servers that outlive the test file that uses them: to make one takes three seconds of a core, and fifty files want
 * one. Each is one file's at a time, as what a transaction sees of a feed depends on all other transactions of its server.
 */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { TestProject } from "vitest/node";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { migrate } from "../../packages/server/src/store/migrate.ts";
import { type Postgres, startPostgres } from "../peers/postgres.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The pool's port on loopback: see {@link poolPostgres}. */
    postgresPool: number;
  }
}

/**
 * Whoever connects to the pool is told `ok URL` of a server's database `postgres`, beside which there is a template `migrated`, or
 * `failed REASON`. The server is theirs until they close the connection. Vitest takes a default export. @returns what ends it.
 */
export default async function poolPostgres(project: TestProject): Promise<() => Promise<void>> {
  const lifetime = new AsyncDisposableStack();
  const idle: Postgres[] = [];
  const pool = createServer((socket) => {
    // One that dies closes its connection, too.
    socket.on("error", () => {}).resume();
    const closed = once(socket, "close");
    const lend = async (): Promise<void> => {
      const postgres = idle.pop() ?? lifetime.use(await startMigrated());
      socket.write(`ok ${postgres.url}\n`);
      await closed;
      idle.push(postgres);
    };
    lend().catch((error: unknown) => socket.end(`failed ${String(error)}\n`));
  });
  pool.listen(0, "127.0.0.1");
  await once(pool, "listening");
  lifetime.defer(() => void pool.close());
  project.provide("postgresPool", (pool.address() as AddressInfo).port);
  return () => lifetime.disposeAsync();
}

async function startMigrated(): Promise<Postgres> {
  const postgres = await startPostgres({ access: "socket" });
  const url = await postgres.createDatabase("migrated");
  await using database = await openDatabase({ kind: "postgresql", url, connections: 1 });
  await migrate(database.db);
  return postgres;
}
