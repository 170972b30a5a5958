/** Names checked before their first order: on one core, against name servers and a responder on the other. */
import { availableParallelism } from "node:os";
import { type DnsName, instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../packages/server/src/store/database.ts";
import { readInstallationId } from "../packages/server/src/store/installation-id.ts";
import { migrate } from "../packages/server/src/store/migrate.ts";
import { planRound } from "../packages/server/src/store/planning/plan-round.ts";
import { addLineages } from "../packages/server/src/store/write/add-lineages.ts";
import { ensureEdgeGroup } from "../packages/server/src/store/write/names.ts";
import { usualTerms } from "../packages/server/test/store/usual-terms.ts";
import { freePort } from "../tools/peers/free-port.ts";
import { benchPeers, peers } from "../tools/peers/peer.ts";
import type { Bench, Report, Tell } from "./bench.ts";
import type { CheckerLap, CheckerResult } from "./checks/checker.ts";
import type { OutsideAccount } from "./checks/outside.ts";
import { addBenchCa } from "./rig/fill-line.ts";
import { forkWorker } from "./rig/fork-worker.ts";
import { pinProcess } from "./rig/pin-process.ts";
import { startStorage } from "./rig/start-storage.ts";

const warmUp = 600;
const checks = 3_000;
const checkerCore = 0;
const otherCore = 1;

export const checksBench: Bench = {
  name: "checks",
  summary: "domains checked on one core: name servers, CAA, and a request as a CA makes it",
  peers: [peers.postgres, benchPeers.taskset],
  measure,
};

async function measure(tell: Tell): Promise<Report> {
  if (availableParallelism() < 2) throw new Error("This bench needs two cores: one is the checker's alone.");
  // PostgreSQL and the outside world are started from here and stay on the same core.
  await pinProcess(process.pid, otherCore);
  await using storage = await startStorage();
  const { db } = storage.database;
  await migrate(db);
  const installation = await readInstallationId(db);
  const ports = [String(await freePort()), String(await freePort())];
  await using outside = await forkWorker<object, OutsideAccount>({
    module: new URL("checks/outside.ts", import.meta.url),
    args: [installation, ...ports],
  });
  await using checker = await forkWorker<CheckerLap, CheckerResult>({
    module: new URL("checks/checker.ts", import.meta.url),
    args: [storage.postgres.url, installation, ...ports],
  });
  await pinProcess(checker.pid, checkerCore);
  await outside.ask({});

  await addBenchCa(db, "bench", instant(Date.now()));
  await sql`update ca set caa_identities = '{bench.example}'`.execute(db);
  tell(`Warm-up: ${warmUp.toLocaleString("en")} domains ...`);
  await addDomains(db, 0, warmUp);
  await checker.ask({ checks: warmUp });
  await addDomains(db, warmUp, checks);
  await sql`vacuum analyze`.execute(db);
  const before = { ...(await outside.ask({})) };
  tell(`${checks.toLocaleString("en")} domains ...`);
  const { seconds, cpuMs, right, wrong } = await checker.ask({ checks });
  const after = await outside.ask({});
  if (wrong !== checks / 12 || right !== checks - wrong)
    throw new Error(`Of ${checks} domains ${right} were found right and ${wrong} wrong.`);
  const perDomain = (count: number): number => count / checks;
  return {
    versions: { postgresql: storage.version },
    conditions: [
      `${checks.toLocaleString("en")} domains of one name and a zone of their own, after ${warmUp.toLocaleString("en")} to warm up, taken from the database and stored there, 64 at`,
      "once, by one worker's checks alone on one core; one in twelve has a stray AAAA record. The name servers (one for the root, one for",
      "the top-level domain, one for all customers), the responder and PostgreSQL (fsync on) share the other core.",
    ],
    figures: [
      {
        name: "domains_per_s",
        value: checks / seconds,
        meaning: "addresses, CAA by tree climbing, the probe, and what follows stored",
        bar: { kind: "at-least", value: 200 },
      },
      {
        name: "checker_core_share",
        value: cpuMs / 1_000 / seconds,
        meaning: "how much of its core the checker used meanwhile; below 1 the other core was the limit",
        bar: null,
      },
      { name: "cpu_ms_per_domain", value: perDomain(cpuMs), meaning: "of the checker", bar: null },
      {
        name: "dns_questions_per_domain",
        value: perDomain(after.dnsQuestions - before.dnsQuestions),
        meaning: "to name servers",
        bar: null,
      },
      {
        name: "http_requests_per_domain",
        value: perDomain(after.httpRequests - before.httpRequests),
        meaning: "to the responder",
        bar: null,
      },
    ],
  };
}

/** Adds them and sends them to their checks, as the planner does. */
async function addDomains(db: Db, from: number, count: number): Promise<void> {
  const { id: caId } = await db.selectFrom("ca").select("id").executeTakeFirstOrThrow();
  const terms = usualTerms(caId, await ensureEdgeGroup(db, "default"));
  const wanted = Array.from({ length: count }, (_, n) => ({
    names: [`shop.n${from + n}.example` as DnsName] as const,
    tenantId: null,
  }));
  const now = instant(Date.now());
  await addLineages(db, wanted, terms, now);
  // Nobody orders: what was checked stays due, and is in nobody's way.
  await sql`update lineage set wake_at = null
    where exists (select 1 from lineage_check where lineage_id = lineage.id)`.execute(db);
  for (let left = count; left > 0; left -= 100) await planRound(db, { limit: 0, now, checkFirst: true });
}
