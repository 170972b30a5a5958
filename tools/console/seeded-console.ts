/** A server with a large fleet and its console, for tests, screenshots and benches: nothing of it leaves this machine. */
import { instant, seconds } from "@certmill/domain";
import { hashPassword, newPassword } from "../../packages/server/src/http/sign-in/password.ts";
import { openDatabase } from "../../packages/server/src/store/database.ts";
import { migrate } from "../../packages/server/src/store/migrate.ts";
import { takeSurvey } from "../../packages/server/src/store/survey.ts";
import { insertOperator } from "../../packages/server/src/store/write/operators.ts";
import { openTestApiOn } from "../../packages/server/test/http/open-test-api.ts";
import { startPostgres } from "../peers/postgres.ts";
import { seedFleet } from "../seed/seed-fleet.ts";
import { buildConsole, consoleDirectory } from "./build.ts";

export interface SeededConsole extends AsyncDisposable {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly name: string;
  readonly password: string;
}

/** The API alone, on a PostgreSQL of its own: there is no worker, so nothing is ordered or looked up. */
export async function openSeededConsole(lineages: number): Promise<SeededConsole> {
  await buildConsole();
  await using opened = new AsyncDisposableStack();
  const postgres = opened.use(await startPostgres());
  const database = await openDatabase({
    kind: "postgresql",
    url: await postgres.createDatabase(),
    connections: 10,
  });
  opened.defer(() => database.close());
  await migrate(database.db);
  const now = () => instant(Date.now());
  await seedFleet(database.db, { lineages, now: now() });
  await takeSurvey(database.db, { every: seconds(0), clock: now });
  const [name, password] = ["ada", newPassword()];
  const hash = await hashPassword(password);
  const operator = {
    name,
    displayName: "Ada Lovelace",
    role: "admin",
    tenant: null,
    password: hash,
  } as const;
  await insertOperator(database.db, operator, now());
  const api = opened.use(await openTestApiOn(database, { now, consoleDirectory }));
  const origin = await api.app.listen({ host: "127.0.0.1", port: 0 });
  const lifetime = opened.move();
  return { origin, name, password, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}
