import { openDatabase } from "../../src/store/database.ts";
import type { MigratedPostgres } from "../migrated-postgres.ts";
import { openTestApiOn, type TestApi } from "./open-test-api.ts";

/** The API on a PostgreSQL database of its own, which others can connect to. */
export async function openOwnTestApi(
  postgres: MigratedPostgres,
): Promise<TestApi & { readonly databaseUrl: string }> {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await postgres.copy());
  const database = opened.use(await openDatabase({ kind: "postgresql", url, connections: 5 }));
  const api = opened.use(await openTestApiOn(database));
  const lifetime = opened.move();
  return { ...api, databaseUrl: url, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}
