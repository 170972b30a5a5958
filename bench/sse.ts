/** What a thousand open consoles cost, and how soon they hear of what happens. */
import { setTimeout as pause } from "node:timers/promises";
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { migrate } from "../packages/server/src/store/migrate.ts";
import { cpuSeconds } from "../tools/peers/cpu-seconds.ts";
import { peers } from "../tools/peers/peer.ts";
import { seedFleet } from "../tools/seed/seed-fleet.ts";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import { percentile } from "./measure/percentile.ts";
import { forkWorker } from "./rig/fork-worker.ts";
import { startServer } from "./rig/start-server.ts";
import { startStorage } from "./rig/start-storage.ts";
import type { ListenerAnswer, ListenerQuestion } from "./sse/listener.ts";

const streams = 1_000;
/** Certificates a second; each is some events. */
const rate = 50;
const measuredSeconds = 30;
const fleet = 10_000;

export const sseBench: Bench = {
  name: "sse",
  summary: "1,000 open streams at 50 certificates a second",
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell, { scale }: Size): Promise<Report> {
  const open = Math.max(1, Math.round(streams * (scale ?? 1)));
  await using storage = await startStorage();
  const { db } = storage.database;
  await migrate(db);
  await seedFleet(db, { lineages: fleet, now: instant(Date.now()) });
  await using server = await startServer({ databaseUrl: storage.postgres.url, roles: "api", core: null });
  await using listener = await forkWorker<ListenerQuestion, ListenerAnswer>({
    module: new URL("sse/listener.ts", import.meta.url),
    args: [server.environment["CERTMILL_URL"] ?? "", server.environment["CERTMILL_TOKEN"] ?? ""],
  });
  tell(`Opening ${open.toLocaleString("en")} streams ...`);
  await listener.ask({ kind: "open", streams: open });
  await pause(2_000);
  tell(`Telling of ${rate} certificates a second for ${measuredSeconds} s ...`);
  const began = { cpu: cpuSeconds(server.pid), at: performance.now() };
  for (let told = 0; told < rate * measuredSeconds; told += 1) {
    await certificate(db, (told % fleet) + 1);
    const ahead = began.at + ((told + 1) * 1_000) / rate - performance.now();
    if (ahead > 0) await pause(ahead);
  }
  const seconds = (performance.now() - began.at) / 1_000;
  const used = cpuSeconds(server.pid) - began.cpu;
  await pause(1_500);
  const { lags, streams: left } = await listener.ask({ kind: "report" });
  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${open.toLocaleString("en")} streams of an admin's token over HTTP in one other process, the overview among them; ${rate} certificates a second, each stored and served, written`,
      `to PostgreSQL on the same cores. The server's own processor time; a lag is from an event's instant to its being read by a stream. Streams open at the end: ${left}.`,
    ],
    figures: [
      {
        name: "core_share",
        value: used / seconds,
        meaning: "of one core, by the process that has the streams",
        bar: { kind: "under", value: 0.25 },
      },
      {
        name: "lag_p99_ms",
        value: percentile(lags, 0.99),
        meaning: "from the event to the console",
        bar: { kind: "under", value: 1_000 },
      },
      { name: "lag_p50_ms", value: percentile(lags, 0.5), meaning: "of the same", bar: null },
    ],
  };
}

/** As a worker and an edge tell it. */
async function certificate(db: Parameters<typeof migrate>[0], lineage: number): Promise<void> {
  await sql`
    insert into event (at, kind, lineage_id, duration_ms, detail)
    select clock_timestamp(), kind, ${lineage}, 300, detail from (values
      ('issuance.started', '{}'::jsonb), ('order.created', '{}'), ('challenge.published', '{}'), ('validated', '{}'),
      ('finalized', '{}'), ('certificate.stored', '{"toEdges":true}'), ('delivered', '{"edge":"default-1"}'),
      ('certificate.served', '{}')) as told (kind, detail)`.execute(db);
  await sql`select pg_notify('certmill_feed', '1')`.execute(db);
}
