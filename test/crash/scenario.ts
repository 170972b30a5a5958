/**
 * Two lineages of three names that want their first certificates, a sim CA that validates for real, and a
 * process that may die at one of its calls and is then started again.
 */
import { undiciTransport } from "@certmill/acme";
import { milliseconds, seconds } from "@certmill/domain";
import type { Config } from "@certmill/server";
import { type SimCa, startSimCa } from "@certmill/sim";
import { makeAccount } from "../../packages/server/src/effects/make-account.ts";
import { insertCa } from "../../packages/server/src/store/accounts.ts";
import { type Database, openDatabase } from "../../packages/server/src/store/database.ts";
import { addLineages } from "../../packages/server/src/store/write/add-lineages.ts";
import { ensureEdgeGroup } from "../../packages/server/src/store/write/names.ts";
import { FastClock } from "../../packages/server/test/fast-clock.ts";
import { usualTerms } from "../../packages/server/test/store/usual-terms.ts";
import { configFor, keyRing, lease } from "./config-for.ts";
import { demandEnd } from "./demand-end.ts";
import { live } from "./incarnation.ts";
import { type Death, Mortal } from "./mortal.ts";
import { startStaticRule } from "./static-rule.ts";
import { wanted } from "./wanted.ts";

export interface Told {
  /** The call the first process died at; null when it came to the end alive. */
  readonly diedAt: string | null;
  /** Calls of the first process. */
  readonly calls: number;
}

/** A minute is 3 s: a lineage's retry is worth waiting for. */
const speed = 20;
/**
 * Runs it once on a migrated database with nothing in it.
 *
 * @throws when the end is not what it must be, or not reached.
 */
export async function runScenario(place: Config["database"], death: Death | null): Promise<Told> {
  const clock = new FastClock(speed);
  await using rule = await startStaticRule();
  await using ca = await startSimCa({
    httpPort: rule.port,
    now: () => clock.now(),
    retryAfter: { form: "none" },
    processing: milliseconds(100),
  });
  const config = configFor(place);
  await prepare(place, ca, clock);

  const first = new Mortal(death);
  const second = new Mortal(null);
  for (const mortal of [first, second]) {
    await live({ config, clock, mortal, rule, done: allActive });
    if (mortal.lastCall === null) break;
    // Whoever starts it again comes when the leases are over.
    clock.skip(milliseconds(lease + seconds(1)));
  }
  await using database = await openDatabase(place);
  await demandEnd(database.db, { ca, keyRing });
  return { diedAt: first.lastCall, calls: first.calls };
}

async function prepare(place: Config["database"], ca: SimCa, clock: FastClock): Promise<void> {
  const made = await makeAccount(
    {
      directoryUrl: ca.directoryUrl,
      rootPem: null,
      contact: [],
      termsAgreed: true,
      binding: null,
      keyPem: null,
    },
    {
      keyRing,
      now: () => clock.now(),
      openTransport: (rootPem) => undiciTransport({ rootPem, timeout: 10_000 }),
      signal: AbortSignal.timeout(10_000),
    },
  );
  if (made.kind !== "made") throw new Error(`The sim CA made no account: ${made.kind}.`);
  await using database = await openDatabase(place);
  await database.db.transaction().execute(async (trx) => {
    const now = clock.now();
    const caId = await insertCa(
      trx,
      {
        name: "sim",
        directoryUrl: ca.directoryUrl,
        rootPem: null,
        namePolicy: "public",
        maxOrdersInFlight: 10,
        makeDefault: true,
        weight: null,
        limitSet: "none",
        caaIdentities: [],
        profiles: [],
        profile: null,
        account: made.account,
      },
      now,
    );
    if (caId === null) throw new Error("The database was not empty.");
    const edgeGroupId = await ensureEdgeGroup(trx, "default");
    const all = wanted.map((names) => ({ names, tenantId: null }));
    await addLineages(trx, all, usualTerms(caId, edgeGroupId), now);
  });
}

const patience = 60_000;

/** Each stored certificate is told to the edges: that is when to look. @throws after a minute, with what there is. */
async function allActive(database: Database, signal: AbortSignal): Promise<void> {
  const { db } = database;
  const active = Promise.withResolvers<void>();
  const look = async (): Promise<void> => {
    const open = await db.selectFrom("lineage").select("id").where("state", "<>", "active").execute();
    if (open.length === 0) active.resolve();
  };
  const giveUp = async (): Promise<void> => {
    const issuances = await db.selectFrom("issuance").select(["state", "wake_at", "fence"]).execute();
    throw new Error(`Not done after a minute: ${JSON.stringify(issuances)}`);
  };
  await database.listen("certmill_feed", () => void look().catch(active.reject));
  await look();
  const timer = setTimeout(() => void giveUp().catch(active.reject), patience);
  signal.addEventListener("abort", () => active.resolve());
  await active.promise;
  clearTimeout(timer);
}
