/** Two processes as far as their pace goes: a database connection and a pace each, one PostgreSQL and one clock. */
import type { RequestLimit } from "@certmill/domain";
import { RequestPace } from "../../src/effects/request-pace.ts";
import type { MigratedPostgres } from "../migrated-postgres.ts";
import { SteppedClock } from "../stepped-clock.ts";
import { openSteppedDatabase } from "../stepped-database.ts";
import { startFleet } from "../store/fleet.ts";

export interface PacedProcesses extends AsyncDisposable {
  readonly clock: SteppedClock;
  readonly paces: readonly [RequestPace, RequestPace];
  /** Statements that were sent to the database. */
  statements(): number;
}

export async function startPacedProcesses(
  postgres: MigratedPostgres,
  limits: readonly RequestLimit[],
): Promise<PacedProcesses> {
  await using opened = new AsyncDisposableStack();
  const { url, caId } = opened.use(await startFleet(postgres));
  const clock = new SteppedClock();
  const one = opened.use(await openSteppedDatabase(url, clock));
  const two = opened.use(await openSteppedDatabase(url, clock));
  const paces = [
    opened.use(new RequestPace({ db: one.db, caId, clock })),
    opened.use(new RequestPace({ db: two.db, caId, clock })),
  ] as const;
  for (const pace of paces) pace.setLimits(limits);
  const lifetime = opened.move();
  return {
    clock,
    paces,
    statements: () => one.statements() + two.statements(),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}
