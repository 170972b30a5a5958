/** Two processes as far as their pace goes: a database connection and a pace each, one PostgreSQL and one clock. */
import type { RequestLimit } from "@certmill/domain";
import { RequestPace } from "../../src/effects/request-pace.ts";
import { type Db, openDatabase, timestamp } from "../../src/store/database.ts";
import { interceptedDb } from "../intercepted-db.ts";
import type { MigratedPostgres } from "../migrated-postgres.ts";
import { SteppedClock } from "../stepped-clock.ts";

export interface PacedProcesses extends AsyncDisposable {
  readonly clock: SteppedClock;
  readonly db: Db;
  readonly caId: string;
  readonly paces: readonly [RequestPace, RequestPace];
  /** Statements that were sent to the database. */
  statements(): number;
}

export async function startPacedProcesses(
  postgres: MigratedPostgres,
  limits: readonly RequestLimit[],
): Promise<PacedProcesses> {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await postgres.copy());
  const clock = new SteppedClock();
  let statements = 0;
  const connect = async (): Promise<Db> => {
    const { db } = opened.use(await openDatabase({ kind: "postgresql", url, connections: 1 }));
    // Its one connection is made now: while it is made, the clock would go on.
    await db.selectFrom("installation").select("id").execute();
    return interceptedDb(db, (query, run) => {
      statements += 1;
      return clock.during(run(query));
    });
  };
  const dbs = [await connect(), await connect()] as const;
  const caId = await insertCa(dbs[0], clock);
  const pace = (db: Db) => opened.use(new RequestPace({ db, caId, limits, clock }));
  const paces = [pace(dbs[0]), pace(dbs[1])] as const;
  statements = 0;
  const lifetime = opened.move();
  return {
    clock,
    db: dbs[0],
    caId,
    paces,
    statements: () => statements,
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

async function insertCa(db: Db, clock: SteppedClock): Promise<string> {
  const ca = {
    name: "ca",
    directory_url: "https://ca.example.test/",
    root_pem: null,
    name_policy: "public",
  } as const;
  const { id } = await db
    .insertInto("ca")
    .values({ ...ca, max_orders_in_flight: 100, is_default: true, created_at: timestamp(clock.now()) })
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}
