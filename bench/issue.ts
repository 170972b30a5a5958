/** The whole of issuing: from a list handed to the API to certificates stored, with nothing left out. */
import { setTimeout as pause } from "node:timers/promises";
import { type Client, operations } from "@certmill/api";
import { sql } from "kysely";
import type { Db } from "../packages/server/src/store/database.ts";
import { cpuSeconds } from "../tools/peers/cpu-seconds.ts";
import { peers } from "../tools/peers/peer.ts";
import type { Bench, Report, Tell } from "./bench.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { restDatabase } from "./rig/rest-database.ts";
import { startServer } from "./rig/start-server.ts";
import { startSimCa } from "./rig/start-sim-ca.ts";
import { startStorage } from "./rig/start-storage.ts";
import { storeLineages } from "./rig/store-lineages.ts";

const warmUp = 100;
const certificates = 1_000;
const stored = 100_000;

export const issueBench: Bench = {
  name: "issue",
  summary: `${certificates.toLocaleString("en")} certificates from the sim CA, with PostgreSQL and HTTP-01`,
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  await using storage = await startStorage();
  const { postgres, database } = storage;
  await using server = await startServer({
    databaseUrl: postgres.url,
    roles: "api,worker,responder",
    core: null,
  });
  await using ca = await startSimCa(server.responderPort);
  await server.certmill("ca", "add", "sim", "--directory", ca.directoryUrl, "--agree-tos");

  tell(`Warm-up: ${warmUp} certificates ...`);
  await issue({ client: server.client, db: database.db, prefix: "warm", count: warmUp });
  tell(`Storing ${stored} lineages that are active already ...`);
  await storeLineages(database.db, stored);
  await restDatabase(database.db);

  tell(`Issuing ${certificates} certificates ...`);
  using memory = new MemoryWatch(server.pid);
  const usedBefore = {
    server: cpuSeconds(server.pid),
    ca: cpuSeconds(ca.pid),
    postgres: postgres.cpuSeconds(),
  };
  const startedAt = performance.now();
  await issue({ client: server.client, db: database.db, prefix: "shop", count: certificates });
  const seconds = (performance.now() - startedAt) / 1_000;
  const each = (now: number, before: number): number => ((now - before) * 1_000) / certificates;

  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${certificates} certificates of 2 names, P-256, after ${warmUp} to warm up, all roles in one process at its defaults;`,
      `${stored} more lineages of 2 names stored and active; the sim CA fetched every challenge and sent no Retry-After;`,
      "PostgreSQL at its defaults (fsync on); the sim CA and PostgreSQL on the same cores.",
    ],
    figures: [
      {
        name: "cpu_ms_per_certificate",
        value: each(cpuSeconds(server.pid), usedBefore.server),
        meaning: "CPU of the server process, user and system",
        bar: { kind: "under", value: 15 },
      },
      {
        name: "postgres_cpu_ms_per_certificate",
        value: each(postgres.cpuSeconds(), usedBefore.postgres),
        meaning: "CPU of all PostgreSQL processes",
        bar: null,
      },
      {
        name: "sim_cpu_ms_per_certificate",
        value: each(cpuSeconds(ca.pid), usedBefore.ca),
        meaning: "CPU of the sim CA",
        bar: null,
      },
      {
        name: "certificates_per_s",
        value: certificates / seconds,
        meaning: "from the list handed in to the last certificate stored",
        bar: { kind: "at-least", value: 50 },
      },
      {
        name: "rss_mb",
        value: memory.most,
        meaning: "most resident memory of the server while issuing, MB",
        bar: { kind: "under", value: 300 },
      },
      {
        name: "rss_growth_mb",
        value: memory.growth,
        meaning: "from the run's second tenth to its last, MB",
        bar: null,
      },
    ],
  };
}

interface Batch {
  readonly client: Client;
  readonly db: Db;
  readonly prefix: string;
  readonly count: number;
}

/** Hands in domains with `www` and waits until all of them have their certificate. */
async function issue({ client, db, prefix, count }: Batch): Promise<void> {
  const rows = Array.from({ length: count }, (_, index) => {
    const domain = `${prefix}${index}.example.com`;
    return { line: index + 1, domain, aliases: [`www.${domain}`] };
  });
  const { added } = await client.call(operations.addDomainBatch, { body: { rows } });
  if (added !== count) throw new Error(`Of ${count} domains ${added} were added.`);
  const deadline = performance.now() + 150_000;
  while ((await countWanting(db)) > 0) {
    if (performance.now() > deadline) throw new Error("Not all certificates were issued in 150 s.");
    await pause(100);
  }
}

/** How many lineages have no certificate yet. A failed one is an error: the figures would not be of issuing alone. */
async function countWanting(db: Db): Promise<number> {
  const { rows } = await sql<{ state: string; count: string; code: string | null }>`
    select case when failing_since is null then state else 'failed' end as state, count(*), min(failure_code) as code
    from lineage where state in ('waiting', 'issuing', 'paused', 'failed') group by 1`.execute(db);
  const failed = rows.find(({ state }) => state === "failed");
  if (failed !== undefined) throw new Error(`${failed.count} issuances failed (${failed.code}).`);
  return rows.reduce((sum, { count }) => sum + Number(count), 0);
}
