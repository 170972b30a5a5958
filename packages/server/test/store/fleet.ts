/** A CA and lineages put into the store as the API would. */
import {
  after,
  type DnsName,
  type Duration,
  type EventKind,
  type Instant,
  instant,
  seconds,
} from "@certmill/domain";
import { insertCa, type NewCa } from "../../src/store/accounts.ts";
import { type ClaimedIssuance, claimIssuances } from "../../src/store/claim-issuances.ts";
import { type Database, type Db, openDatabase } from "../../src/store/database.ts";
import type { CertificateToStore } from "../../src/store/decision/commit-issued.ts";
import type { TimelineEvent } from "../../src/store/decision/tell-events.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { insertSecret, type Sealed } from "../../src/store/secrets.ts";
import { isDue, readOwed } from "../../src/store/what-is-owed.ts";
import { addLineages } from "../../src/store/write/add-lineages.ts";
import { ensureEdgeGroup } from "../../src/store/write/names.ts";
import type { MigratedPostgres } from "../migrated-postgres.ts";
import { usualTerms } from "./usual-terms.ts";

export const start = instant(Date.parse("2026-11-22T12:00:00Z"));
export const lease = seconds(60);

/** What is sealed here is never opened. */
export const sealed: Sealed = {
  kekId: "test-key",
  wrappedKey: Buffer.from("wrapped"),
  ciphertext: Buffer.from("secret"),
};

export interface Fleet extends AsyncDisposable {
  readonly database: Database;
  readonly db: Db;
  readonly url: string;
  readonly caId: string;
  /** Adds a lineage for each list of names; it waits to be planned from `at` on. */
  add(lineages: readonly (readonly [string, ...string[]])[], at?: Instant): Promise<void>;
}

/** A database of its own with one CA. */
export async function startFleet(postgres: MigratedPostgres, maxOrdersInFlight = 1_000): Promise<Fleet> {
  await using opened = new AsyncDisposableStack();
  const { url } = opened.use(await postgres.copy());
  const database = opened.use(await openDatabase({ kind: "postgresql", url, connections: 10 }));
  const { db } = database;
  const caId = await insertTestCa(db, { maxOrdersInFlight });
  const edgeGroupId = await ensureEdgeGroup(db, "default");
  const lifetime = opened.move();
  return {
    database,
    db,
    url,
    caId,
    add: (lineages, at = start) =>
      addLineages(
        db,
        lineages.map((names) => ({ names: names as unknown as [DnsName, ...DnsName[]], tenantId: null })),
        usualTerms(caId, edgeGroupId),
        at,
      ),
    [Symbol.asyncDispose]: () => lifetime.disposeAsync(),
  };
}

export async function insertTestCa(db: Db, { name = "test", ...given }: Partial<NewCa>): Promise<string> {
  const account = { url: "https://ca.test/account/1", key: sealed, thumbprint: "thumbprint", contact: [] };
  const caId = await insertCa(
    db,
    {
      name,
      directoryUrl: "https://ca.test/directory",
      rootPem: null,
      namePolicy: "public",
      maxOrdersInFlight: 1_000,
      makeDefault: true,
      weight: null,
      limitSet: "none",
      caaIdentities: [],
      profiles: [],
      profile: null,
      account,
      ...given,
    },
    start,
  );
  if (caId === null) throw new Error(`There is a CA ${name} already.`);
  return caId;
}

/** Plans all that is due, in as many rounds as it takes. */
export async function planAll(db: Db, now: Instant): Promise<void> {
  while (isDue((await readOwed(db, now)).planningAt, now)) await planRound(db, { limit: 1_000, now });
}

/** Plans and claims what is due. */
export async function claimDue(fleet: Fleet, now: Instant = start): Promise<ClaimedIssuance[]> {
  await planAll(fleet.db, now);
  return claimIssuances(fleet.db, { limit: 1_000, lease, now });
}

/** Plans and claims the one that is due. @throws when there are more, or none. */
export async function claimOne(fleet: Fleet, now: Instant = start): Promise<ClaimedIssuance> {
  const [issuance, ...more] = await claimDue(fleet, now);
  if (issuance === undefined || more.length > 0) throw new Error("Not exactly one issuance was due.");
  return issuance;
}

/** Gives the issuance a key, as finalizing would. */
export async function storeKey(db: Db, issuanceId: string): Promise<void> {
  const id = await insertSecret(db, sealed);
  await db.updateTable("issuance").set({ key_secret_id: id }).where("id", "=", issuanceId).execute();
}

export const certificateFor = (life: Duration, notBefore: Instant = start): CertificateToStore => ({
  serial: "0a",
  issuer: "CN=Test",
  notBefore,
  notAfter: after(notBefore, life),
  fingerprint: "00",
  spki: "01",
  chainPem: "chain",
  ariId: "key.serial",
});

export const eventAt = (at: Instant, kind: EventKind): TimelineEvent => ({
  at,
  kind,
  took: null,
  detail: {},
});
