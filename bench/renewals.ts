/** What it costs to know when a million certificates are to be renewed: each is asked for four times a day. */
import { setTimeout as pause } from "node:timers/promises";
import { undiciTransport } from "@certmill/acme";
import { after, days, instant } from "@certmill/domain";
import { sql } from "kysely";
import { makeAccount } from "../packages/server/src/effects/make-account.ts";
import { newKeyLine, parseKeyRing } from "../packages/server/src/keys/key-ring.ts";
import { insertCa } from "../packages/server/src/store/accounts.ts";
import type { Db } from "../packages/server/src/store/database.ts";
import { migrate } from "../packages/server/src/store/migrate.ts";
import { cpuSeconds } from "../tools/peers/cpu-seconds.ts";
import { peers } from "../tools/peers/peer.ts";
import { until } from "../tools/peers/until.ts";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import { MemoryWatch } from "./measure/memory-watch.ts";
import { fillRenewals } from "./rig/fill-renewals.ts";
import { startRenewalAnswerer } from "./rig/renewal-answerer.ts";
import { restDatabase } from "./rig/rest-database.ts";
import { startServer } from "./rig/start-server.ts";
import { startStorage } from "./rig/start-storage.ts";

const fullSize = 1_000_000;
/** In seconds. */
const measured = 90;
/** For what came due while the database was being filled. */
const catchUp = 180;
/** What is due is looked for every ten seconds, and then takes one or two: later than that is late. */
const lateAfter = 20;

export const renewalsBench: Bench = {
  name: "renewals",
  summary: "renewal information and renewal bookkeeping of 1,000,000 certificates",
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell, { scale }: Size): Promise<Report> {
  const count = Math.round(fullSize * (scale ?? 1));
  const begin = instant(Math.floor(Date.now() / 1_000) * 1_000);
  const window = { start: after(begin, days(29)), end: after(begin, days(31)) };
  await using storage = await startStorage();
  const { postgres, database } = storage;
  const { db } = database;
  await using ca = await startRenewalAnswerer(window);
  await migrate(db);
  const keyLine = newKeyLine(new Date());
  const caId = await addCa(db, ca.directoryUrl, keyLine);
  tell(`Storing ${count.toLocaleString("en")} certificates ...`);
  await fillRenewals(db, { caId, count, window });
  await restDatabase(db);

  await using server = await startServer({
    databaseUrl: postgres.url,
    roles: "worker",
    core: null,
    environment: { CERTMILL_KEY_ENCRYPTION_KEYS: keyLine },
  });
  tell("Catching up ...");
  const within = catchUp * 1_000;
  await until({
    what: "what is overdue",
    probe: async () => (await countLate(db)) === 0,
    within,
    every: 2_000,
  });
  await pause(lateAfter * 1_000);
  tell(`Measuring for ${measured} s ...`);
  using memory = new MemoryWatch(server.pid);
  const before = { server: cpuSeconds(server.pid), postgres: postgres.cpuSeconds(), asked: ca.asked };
  const startedAt = performance.now();
  await pause(measured * 1_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  const polls = ca.asked - before.asked;
  const serverShare = (cpuSeconds(server.pid) - before.server) / seconds;
  const postgresShare = (postgres.cpuSeconds() - before.postgres) / seconds;
  const late = await countLate(db);

  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${count.toLocaleString("en")} active certificates, each asked for every six hours (a fifth more or less) of a bare HTTP server on`,
      `${ca.connections} connections in all; one in a hundred for the first time, which sets its renewal. certmill serve --role worker at its`,
      `defaults, once nothing was overdue, for ${measured} s; PostgreSQL at its defaults (fsync on), on the same cores. No renewal is due meanwhile:`,
      "what those cost is what `issue` measures, 0.19 of them a second at 60 days.",
    ],
    figures: [
      {
        name: "core_share",
        value: serverShare,
        meaning: "CPU of the server process, as a share of one core",
        bar: { kind: "under", value: 0.05 },
      },
      {
        name: "rss_mb",
        value: memory.most,
        meaning: "most resident memory of the server, MB",
        bar: { kind: "under", value: 400 },
      },
      {
        name: "postgres_core_share",
        value: postgresShare,
        meaning: "CPU of all PostgreSQL processes, as a share of one core",
        bar: null,
      },
      { name: "polls_per_s", value: polls / seconds, meaning: "certificates asked for", bar: null },
      {
        name: "late",
        value: late,
        meaning: "certificates that should have been asked for over 20 s ago, at the end",
        bar: { kind: "at-most", value: 0 },
      },
    ],
  };
}

async function addCa(db: Db, directoryUrl: string, keyLine: string): Promise<string> {
  const made = await makeAccount(
    { directoryUrl, rootPem: null, contact: [], termsAgreed: true, binding: null, keyPem: null },
    {
      keyRing: parseKeyRing(keyLine),
      now: Date.now,
      openTransport: (rootPem) => undiciTransport({ rootPem }),
      signal: AbortSignal.timeout(10_000),
    },
  );
  if (made.kind !== "made") throw new Error(`There is no account at the CA: ${made.kind}.`);
  const terms = {
    name: "bench",
    directoryUrl,
    rootPem: null,
    namePolicy: "public",
    maxOrdersInFlight: 100,
    makeDefault: true,
    weight: null,
    limitSet: "letsencrypt",
    caaIdentities: [],
    profiles: [],
    profile: null,
  } as const;
  const caId = await insertCa(db, { ...terms, account: made.account }, instant(Date.now()));
  if (caId === null) throw new Error("The database was not empty.");
  return caId;
}

async function countLate(db: Db): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from renewal where poll_at < now() - ${lateAfter} * interval '1 second'`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}
