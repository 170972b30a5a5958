/** Many processes spend one account's limit: what they spend, and whether they wait for each other. */
import { fork } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../packages/server/src/store/database.ts";
import { migrate } from "../packages/server/src/store/migrate.ts";
import { peers } from "../tools/peers/peer.ts";
import type { Bench, Report, Tell } from "./bench.ts";
import type { PlannerOutcome } from "./ledger/planner.ts";
import { percentile } from "./measure/percentile.ts";
import { addBenchCa } from "./rig/fill-line.ts";
import { startStorage } from "./rig/start-storage.ts";

const processes = 4;
const perSecond = 200;
const seconds = 30;

export const ledgerBench: Bench = {
  name: "ledger",
  summary: `${processes} processes plan ${perSecond} orders a second of one account together`,
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  await using storage = await startStorage();
  const { db } = storage.database;
  await migrate(db);
  await addBenchCa(db, "only", instant(Date.now()));
  tell(`${processes} processes, ${perSecond} new lineages a second for ${seconds} s ...`);
  const planners = Array.from({ length: processes }, () => startPlanner(storage.postgres.url));
  await Promise.all(planners.map(({ ready }) => ready));
  const began = performance.now();
  const waits = watchWaits(db, seconds);
  await arrive(db);
  await drained(db);
  const took = (performance.now() - began) / 1_000;
  const outcomes = await Promise.all(planners.map(({ stop }) => stop()));
  const plannings = outcomes.flatMap(({ plannings: each }) => each).sort((a, b) => a - b);
  const delays = outcomes.flatMap(({ delays: each }) => each).sort((a, b) => a - b);
  const orders = outcomes.reduce((sum, each) => sum + each.orders, 0);
  const { sampled, waiting } = await waits;
  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${processes} processes with ${outcomes[0]?.connections} connections each; every lineage is of a new registered domain: 3 buckets an order, 1 of them everybody's.`,
      "Each order's answer is committed as the worker commits it, with its entries for the ledger; no CA is asked.",
      "PostgreSQL at its defaults (fsync on), on the same cores. Waits are read from pg_stat_activity, about 20 times a second.",
    ],
    figures: [
      {
        name: "orders_per_s",
        value: orders / took,
        meaning: "planned, claimed and settled",
        bar: { kind: "at-least", value: perSecond * 0.95 },
      },
      {
        name: "lock_waits_share",
        value: waiting / Math.max(1, sampled),
        meaning: "of the statements that were seen running: those that waited for a lock",
        bar: null,
      },
      {
        name: "planning_p99_ms",
        value: percentile(plannings, 0.99),
        meaning: "a planning transaction",
        bar: null,
      },
      {
        name: "delay_p99_ms",
        value: percentile(delays, 0.99),
        meaning: "from a lineage's being due to its order's being settled",
        bar: null,
      },
      {
        name: "left_to_another_share",
        value:
          outcomes.reduce((sum, each) => sum + each.elsewhere, 0) /
          outcomes.reduce((sum, each) => sum + each.elsewhere + each.plannings.length, 0),
        meaning: "rounds in which another process was planning, and nobody waited for it",
        bar: null,
      },
    ],
  };
}

function startPlanner(url: string) {
  const child = fork(new URL("ledger/planner.ts", import.meta.url), [url]);
  const message = () =>
    new Promise<unknown>((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) => reject(new Error(`A planner ended with ${code}.`)));
    });
  const ready = message();
  return {
    ready,
    stop: async (): Promise<PlannerOutcome> => {
      const outcome = message();
      child.send("stop");
      return (await outcome) as PlannerOutcome;
    },
  };
}

/** Twenty times a second, as they would come. */
async function arrive(db: Db): Promise<void> {
  const began = performance.now();
  for (let sent = 0; sent < perSecond * seconds; ) {
    const due = Math.min(perSecond * seconds, Math.floor(((performance.now() - began) / 1_000) * perSecond));
    if (due > sent) {
      await sql`
        insert into lineage (ca_id, edge_group_id, names, key_type, state, wanted_at, wake_at, created_at)
        select 1, 1, array['n' || n || '.example'], 'p256', 'waiting', now(), now(), now()
        from generate_series(${sent}::int, ${due - 1}::int) n`.execute(db);
      await sql`select pg_notify('certmill_work', '')`.execute(db);
      sent = due;
    }
    await sleep(50);
  }
}

async function drained(db: Db): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ left: string }>`
      select (select count(*) from issuance where ended_at is null) + (select count(*) from queue)
        + (select count(*) from lineage where wake_at is not null) as left`.execute(db);
    if (Number(rows[0]?.left) === 0) return;
    await sleep(20);
  }
}

async function watchWaits(db: Db, time: number): Promise<{ sampled: number; waiting: number }> {
  const end = performance.now() + time * 1_000;
  let sampled = 0;
  let waiting = 0;
  while (performance.now() < end) {
    const { rows } = await sql<{ running: string; waiting: string }>`
      select count(*) as running, count(*) filter (where wait_event_type = 'Lock') as waiting
      from pg_stat_activity
      where state = 'active' and pid <> pg_backend_pid() and backend_type = 'client backend'`.execute(db);
    sampled += Number(rows[0]?.running);
    waiting += Number(rows[0]?.waiting);
    await sleep(50);
  }
  return { sampled, waiting };
}
