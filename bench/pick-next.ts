/** Who goes next, with a line of a million: the query, and the planning transaction that uses it. */
import { type Instant, instant } from "@certmill/domain";
import { type CompiledQuery, sql } from "kysely";
import type { Db } from "../packages/server/src/store/database.ts";
import { migrate } from "../packages/server/src/store/migrate.ts";
import { type Lane, nextInLine } from "../packages/server/src/store/planning/next-in-line.ts";
import { planRound } from "../packages/server/src/store/planning/plan-round.ts";
import { interceptedDb } from "../packages/server/test/intercepted-db.ts";
import { peers } from "../tools/peers/peer.ts";
import type { Bench, Report, Tell } from "./bench.ts";
import { percentile } from "./measure/percentile.ts";
import { fillLine } from "./rig/fill-line.ts";
import { startStorage } from "./rig/start-storage.ts";

const sizes = { small: 10_000, large: 1_000_000 };
const rounds = 500;
const picked = 10;

export const pickNextBench: Bench = {
  name: "pick-next",
  summary: "who goes next of 1,000,000 waiting rows, against 10,000",
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  await using smallLine = await standInLine(sizes.small, tell);
  await using largeLine = await standInLine(sizes.large, tell);
  const lines = { small: smallLine, large: largeLine };
  const times = { small: noTimes(), large: noTimes() };
  tell(`Planning ${rounds} times for each, by turns ...`);
  for (let round = 0; round < rounds; round += 1) {
    for (const which of ["small", "large"] as const) await measureRound(lines[which], times[which]);
  }
  const small = ascending(times.small);
  const large = ascending(times.large);
  return {
    versions: { postgresql: largeLine.version },
    conditions: [
      `${sizes.large.toLocaleString("en")} lineages in line, in 4 lanes of ${largeLine.tenants} tenants and 2 campaigns; the next ${picked} are looked up and`,
      `planned (limits of Let's Encrypt reserved, issuances begun), ${rounds} times after each other, by turns with the same of ${sizes.small.toLocaleString("en")} in`,
      "another database; PostgreSQL at its defaults (fsync on), on the same cores. How the million is read:",
      ...largeLine.plan,
    ],
    figures: [
      {
        name: "p99_ms",
        value: percentile(large.picks, 0.99),
        meaning: `the next ${picked} of 1,000,000, with all that planning has to know of them`,
        bar: { kind: "under", value: 10 },
      },
      {
        name: "cost_ratio",
        value: percentile(large.picks, 0.5) / percentile(small.picks, 0.5),
        meaning: "the median of 1,000,000 to that of 10,000",
        bar: { kind: "at-most", value: 1.5 },
      },
      { name: "p50_ms", value: percentile(large.picks, 0.5), meaning: "of the same", bar: null },
      {
        name: "planning_p99_ms",
        value: percentile(large.plannings, 0.99),
        meaning: `the whole transaction that plans ${picked} orders`,
        bar: null,
      },
      {
        name: "planning_ratio",
        value: percentile(large.plannings, 0.5) / percentile(small.plannings, 0.5),
        meaning: "its median of 1,000,000 to that of 10,000",
        bar: null,
      },
    ],
  };
}

/** In milliseconds. */
interface Times {
  readonly picks: number[];
  readonly plannings: number[];
}

const noTimes = (): Times => ({ picks: [], plannings: [] });

const ascending = ({ picks, plannings }: Times): Times => ({
  picks: picks.toSorted((a, b) => a - b),
  plannings: plannings.toSorted((a, b) => a - b),
});

interface Line extends AsyncDisposable {
  readonly db: Db;
  readonly version: string;
  readonly tenants: number;
  readonly lanes: readonly Lane[];
  readonly now: Instant;
  /** How PostgreSQL reads it. */
  readonly plan: readonly string[];
}

/** A database with so many in line, and with nothing of their coming left to be done: no page to write, no table to analyze. */
async function standInLine(size: number, tell: Tell): Promise<Line> {
  await using opened = new AsyncDisposableStack();
  const storage = opened.use(await startStorage());
  const { db } = storage.database;
  await migrate(db);
  tell(`Filling a line of ${size.toLocaleString("en")} ...`);
  const now = instant(Date.now());
  const { lanes, tenants } = await fillLine(db, { size, now });
  await sql`vacuum analyze`.execute(db);
  await sql`checkpoint`.execute(db);
  const plan = await explainPick(db, lanes, now);
  const lifetime = opened.move();
  return {
    db,
    version: storage.version,
    tenants,
    lanes,
    now,
    plan,
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

async function measureRound({ db, lanes, now }: Line, { picks, plannings }: Times): Promise<void> {
  picks.push(await timed(() => nextInLine(db, { lanes, except: [], limit: picked, now })));
  plannings.push(await timed(() => planRound(db, { limit: picked, now })));
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** The plan's lines that name how `queue` is read. */
async function explainPick(db: Db, lanes: readonly Lane[], now: Instant): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  const explaining = interceptedDb(db, async (statement, run) => {
    const explained: CompiledQuery = { ...statement, sql: `explain (analyze, buffers) ${statement.sql}` };
    const { rows } = await run<{ "QUERY PLAN": string }>(explained);
    lines = rows.map((row) => row["QUERY PLAN"]);
    return run(statement);
  });
  await nextInLine(explaining, { lanes, except: [], limit: picked, now });
  await sql`select 1`.execute(db);
  const at = lines.findIndex((line) => line.includes("queue_next"));
  return lines.slice(Math.max(0, at - 1), at + 4).map((line) => `  ${line.trimEnd()}`);
}
