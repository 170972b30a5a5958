/** How long it takes from a certificate's storing to its being served, with a thousand agents on the feed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { type AgentOptions, openAgent } from "../packages/edge/src/agent.ts";
import { identityClient } from "../packages/edge/src/feed/identity-client.ts";
import { MemoryProxy } from "../packages/edge/test/support/memory-proxy.ts";
import { readImported } from "../packages/server/src/effects/read-imported.ts";
import { newKeyLine, parseKeyRing } from "../packages/server/src/keys/key-ring.ts";
import type { Db } from "../packages/server/src/store/database.ts";
import { readInstallationId } from "../packages/server/src/store/installation-id.ts";
import { migrate } from "../packages/server/src/store/migrate.ts";
import {
  type ImportedCertificate,
  storeImported,
} from "../packages/server/src/store/write/store-imported.ts";
import { cpuSeconds } from "../tools/peers/cpu-seconds.ts";
import { peers } from "../tools/peers/peer.ts";
import { QuickCa } from "../tools/peers/quick-ca.ts";
import { until } from "../tools/peers/until.ts";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import type { FollowerAnswer, FollowerQuestion } from "./edge-feed/follower.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { percentile } from "./measure/percentile.ts";
import { fillEdges, fillWaiting, type StoredEdge, signingKey } from "./rig/fill-edges.ts";
import { forkWorker, type Worker } from "./rig/fork-worker.ts";
import { startServer } from "./rig/start-server.ts";
import { startStorage } from "./rig/start-storage.ts";

const agents = 1_000;
const groups = Array.from({ length: 20 }, (_, i) => `group-${String(i + 1).padStart(2, "0")}`);
const processes = 2;
/** Certificates a second. */
const rate = 50;
const measuredSeconds = 40;

export const edgeFeedBench: Bench = {
  name: "edge-feed",
  summary: "from stored to served and proved, 1,000 agents connected, 50 certificates a second",
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell, { scale }: Size): Promise<Report> {
  const seconds = Math.max(4, Math.round(measuredSeconds * (scale ?? 1)));
  await using storage = await startStorage();
  const { postgres, database } = storage;
  const { db } = database;
  await migrate(db);
  const keyLine = newKeyLine(new Date());
  tell(
    `Making ${agents.toLocaleString("en")} edges and ${(rate * seconds).toLocaleString("en")} certificates ...`,
  );
  const [real, ...simulated] = await fillEdges(db, { count: agents, groups });
  if (real === undefined) throw new Error("There is no edge.");
  const certificates = await makeCertificates(db, { count: rate * seconds, keyLine });
  const audience = await readInstallationId(db);

  await using server = await startServer({
    databaseUrl: postgres.url,
    roles: "api",
    core: null,
    environment: { CERTMILL_KEY_ENCRYPTION_KEYS: keyLine },
  });
  const url = server.environment["CERTMILL_URL"] ?? "";
  await using _agent = await startAgent(real, url, audience);
  tell("Connecting the others ...");
  await using opened = new AsyncDisposableStack();
  const followers: Worker<FollowerQuestion, FollowerAnswer>[] = [];
  for (let n = 0; n < processes; n += 1) {
    const module = new URL("edge-feed/follower.ts", import.meta.url);
    followers.push(opened.use(await forkWorker<FollowerQuestion, FollowerAnswer>({ module, args: [] })));
  }
  await Promise.all(
    followers.map((follower, n) =>
      follower.ask({
        kind: "follow",
        server: url,
        audience,
        edges: simulated.filter((_, i) => i % processes === n),
      }),
    ),
  );
  await pause(2_000);

  tell(`Storing ${rate} certificates a second for ${seconds} s ...`);
  using memory = new MemoryWatch(server.pid);
  const agentsCpu = () => followers.reduce((total, { pid }) => total + cpuSeconds(pid), 0);
  const before = {
    server: cpuSeconds(server.pid),
    postgres: postgres.cpuSeconds(),
    agents: agentsCpu(),
    ...(await countAll(followers)),
  };
  const startedAt = performance.now();
  await storeAll(db, certificates);
  const storing = (performance.now() - startedAt) / 1_000;
  const served = () => servedTimes(db);
  await until({
    what: "all of the real agent's certificates to be served",
    probe: async () => (await served()).length >= certificates.length / groups.length,
    within: 60_000,
    every: 500,
  });
  const lasted = (performance.now() - startedAt) / 1_000;
  const serverShare = (cpuSeconds(server.pid) - before.server) / lasted;
  const postgresShare = (postgres.cpuSeconds() - before.postgres) / lasted;
  const agentsShare = (agentsCpu() - before.agents) / lasted;
  await pause(2_000);
  const after = await countAll(followers);
  const times = await served();
  const told = (after.changes - before.changes) / (certificates.length * ((agents - 1) / groups.length));

  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${agents.toLocaleString("en")} agents of ${groups.length} edge groups with keys of their own, following the feed by long polls of 25 s from ${processes} processes; one of them the real`,
      `agent, with a proxy in memory behind it that terminates TLS: it fetches, checks, writes to the disk, loads, and looks by a handshake. ${rate}`,
      `certificates a second are stored for ${seconds} s, round the groups, each in a transaction of its own: ${times.length} of them for the real agent, from whose receipts`,
      "the times are. certmill serve --role api at its defaults; PostgreSQL at its defaults (fsync on); all on the same cores.",
    ],
    figures: [
      {
        name: "stored_to_served_p50_ms",
        value: percentile(times, 0.5),
        meaning: "from a certificate's storing to its being served and proved, the median",
        bar: { kind: "under", value: 1_000 },
      },
      {
        name: "p99_ms",
        value: percentile(times, 0.99),
        meaning: "the same, 99 in 100",
        bar: { kind: "under", value: 5_000 },
      },
      {
        name: "server_core_share",
        value: serverShare,
        meaning: "CPU of the server process, as a share of one core",
        bar: null,
      },
      {
        name: "postgres_core_share",
        value: postgresShare,
        meaning: "CPU of all PostgreSQL processes, as a share of one core",
        bar: null,
      },
      {
        name: "agents_core_share",
        value: agentsShare,
        meaning: "CPU of the simulated agents' processes, as a share of one core",
        bar: null,
      },
      {
        name: "certificates_per_s",
        value: certificates.length / storing,
        meaning: "certificates stored",
        bar: { kind: "at-least", value: rate * 0.95 },
      },
      {
        name: "agents",
        value: after.following + 1,
        meaning: "agents connected",
        bar: { kind: "at-least", value: agents },
      },
      {
        name: "polls_per_s",
        value: (after.polls - before.polls) / lasted,
        meaning: "polls answered to the simulated agents",
        bar: null,
      },
      {
        name: "told_share",
        value: told,
        meaning: "changes that the simulated agents were told, of those they had to be",
        bar: { kind: "at-least", value: 1 },
      },
      {
        name: "failures",
        value: after.failures - before.failures,
        meaning: "polls of theirs that failed",
        bar: { kind: "at-most", value: 0 },
      },
      { name: "rss_mb", value: memory.most, meaning: "most resident memory of the server, MB", bar: null },
    ],
  };
}

/** For the real agent's group certificates of their own; the others', which nobody fetches, are copies of one. */
async function makeCertificates(
  db: Db,
  { count, keyLine }: { readonly count: number; readonly keyLine: string },
): Promise<readonly ImportedCertificate[]> {
  const keyRing = parseKeyRing(keyLine);
  const ca = new QuickCa();
  const names = Array.from({ length: count }, (_, n) => `n${n}.example.com`);
  const model = ca.issue("model.example.com");
  const caId = await addCa(db);
  const lineages = await fillWaiting(db, { caId, names, groups });
  return names.map((name, n) => {
    const pair = n % groups.length === 0 ? ca.issue(name) : model;
    const outcome = readImported(pair, { keyRing, now: instant(Date.now()) });
    if (!outcome.ok) throw new Error(outcome.reason);
    const { certificate, key } = outcome.read;
    const lineageId = lineages[n];
    if (lineageId === undefined) throw new Error("A lineage is missing.");
    return {
      lineageId,
      names: [name],
      certificate,
      key,
      renewAt: certificate.notAfter,
      caId,
      foreignAccount: false,
    };
  });
}

async function addCa(db: Db): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
    values ('bench', 'http://ca.test', 'public', 8, true, now()) returning id`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error("The CA was not stored.");
  return row.id;
}

async function startAgent(
  { edgeId, key, group }: StoredEdge,
  server: string,
  audience: string,
): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const parent = await mkdtemp(join(tmpdir(), "certmill-bench-edge-"));
  opened.defer(() => rm(parent, { recursive: true, force: true }));
  const proxy = opened.use(await MemoryProxy.open());
  const privateKey = await signingKey(key);
  const membership = { server, edgeId, edge: "edge-0", edgeGroup: group, audience };
  const options: AgentOptions = {
    client: identityClient({ privateKey, publicJwk: key, membership }),
    edge: "edge-0",
    directory: join(parent, "certificates"),
    layout: "pair",
    seal: null,
    keep: null,
    proxy: {
      kind: "driver",
      driver: proxy,
      pace: 200,
      onePerName: false,
      switchesWithin: 2_000,
      lookEvery: 1_000,
      reconcileEvery: 300_000,
    },
    proveAt: proxy.address,
    wait: 25,
    backoff: { least: 1_000, most: 60_000 },
    log: () => undefined,
  };
  const agent = await openAgent(options);
  const stop = new AbortController();
  const running = agent.run(stop.signal);
  running.catch(() => undefined);
  opened.defer(async () => {
    stop.abort();
    await running;
  });
  const lifetime = opened.move();
  return { [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

/** Each at its time: one that comes late does not make the next ones late. */
async function storeAll(db: Db, certificates: readonly ImportedCertificate[]): Promise<void> {
  const startedAt = performance.now();
  const underway: Promise<void>[] = [];
  for (const [n, certificate] of certificates.entries()) {
    const early = startedAt + (n * 1_000) / rate - performance.now();
    if (early > 0) await pause(early);
    underway.push(
      db
        .transaction()
        .execute((trx) => storeImported(trx, [certificate], { areChecked: false, now: instant(Date.now()) })),
    );
  }
  await Promise.all(underway);
}

async function countAll(
  followers: readonly Worker<FollowerQuestion, FollowerAnswer>[],
): Promise<FollowerAnswer> {
  const answers = await Promise.all(followers.map((follower) => follower.ask({ kind: "count" })));
  const sum = (of: keyof FollowerAnswer) => answers.reduce((total, answer) => total + answer[of], 0);
  return {
    following: sum("following"),
    polls: sum("polls"),
    changes: sum("changes"),
    failures: sum("failures"),
  };
}

/** In milliseconds, ascending. */
async function servedTimes(db: Db): Promise<readonly number[]> {
  const { rows } = await sql<{ took: number }>`
    select duration_ms::int as took from event where kind = 'certificate.served' order by 1`.execute(db);
  return rows.map(({ took }) => took);
}
