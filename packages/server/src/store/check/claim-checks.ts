/** The checks that are due. Whoever takes one has it until its lease ends. */
import {
  after,
  type CaForCheck,
  type ChallengeType,
  type Duration,
  expectedChallenge,
  type Instant,
  type NamesToCheck,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { findNamesInZones } from "../dns/dns-zones.ts";
import { wishedChallenge } from "../wished-challenge.ts";

export interface ClaimedCheck {
  readonly lineageId: string;
  readonly names: readonly string[];
  /** Those of them that are going to be proven by DNS-01. */
  readonly byDns: readonly string[];
  readonly byTls: readonly string[];
  /** Those that may have its order. */
  readonly cas: readonly CaForCheck[];
  /** What this claim's write must carry. */
  readonly fence: string;
  readonly rank: CheckRank;
}

interface Row {
  lineage_id: string;
  names: string[];
  challenge: ChallengeType | null;
  ca_ids: string[] | null;
  fence: string;
  rank: CheckRank;
}

/** Who is checked before whom: whoever waits for what a check tells, what a campaign enrols, what is alive and well. */
const ranks = [0, 1, 2] as const;

export type CheckRank = (typeof ranks)[number];
/** Of what is alive and well. */
export const patientRank = 2;

/**
 * Takes up to `limit`, by rank and the longest overdue first; one being taken elsewhere is skipped. Index:
 * `lineage_check_due`.
 */
export async function claimChecks(
  db: Db,
  request: {
    readonly limit: number;
    /** Of these: so many of what is alive and well; absent: as many. */
    readonly mostPatient?: number;
    readonly lease: Duration;
    readonly now: Instant;
  },
): Promise<readonly ClaimedCheck[]> {
  const rows: Row[] = [];
  for (const rank of ranks) {
    const left = request.limit - rows.length;
    const limit = rank === patientRank ? Math.min(left, request.mostPatient ?? left) : left;
    if (limit > 0) rows.push(...(await claim(db, { ...request, limit, rank })));
  }
  if (rows.length === 0) return [];
  const known = { casOf: await readCas(db), inZones: await readZones(db, rows) };
  return rows.map((row) => checkOf(row, known));
}

async function claim(
  db: Db,
  request: { limit: number; lease: Duration; now: Instant; rank: number },
): Promise<readonly Row[]> {
  const { limit, lease, now, rank } = request;
  const { rows } = await sql<Row>`
    with due as materialized (
      select lineage_id from lineage_check where rank = ${sql.lit(rank)} and wake_at <= ${timestamp(now)}
      order by wake_at limit ${limit} for update skip locked
    )
    update lineage_check set wake_at = ${timestamp(after(now, lease))}, fence = fence + 1
    from due, lineage left join tenant on tenant.id = lineage.tenant_id
    where lineage_check.lineage_id = due.lineage_id and lineage.id = due.lineage_id
    returning due.lineage_id, coalesce(lineage.all_names, lineage.names) as names, ${wishedChallenge} as challenge, lineage_check.fence, lineage_check.rank,
      coalesce(lineage.ca_ids, tenant.ca_ids) as ca_ids`.execute(db);
  return rows;
}

/** Gives back what this process holds, so that another may go on at once instead of after the lease. */
export async function releaseCheck(
  db: Db,
  { lineageId, fence, now }: { readonly lineageId: string; readonly fence: string; readonly now: Instant },
): Promise<void> {
  await sql`
    update lineage_check set wake_at = ${timestamp(now)}
    where lineage_id = ${lineageId} and fence = ${fence} and wake_at is not null`.execute(db);
}

/**
 * When the next is due, the past included; null: none is owed. Index: `lineage_check_due`.
 *
 * @param withPatient whether what is alive and well counts.
 */
export async function nextCheckAt(
  db: Db,
  { withPatient = true }: { readonly withPatient?: boolean } = {},
): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`
    select least(${sql.join(
      ranks
        .filter((rank) => withPatient || rank !== patientRank)
        .map(
          (rank) =>
            sql`(select min(wake_at) from lineage_check where rank = ${sql.lit(rank)} and wake_at is not null)`,
        ),
    )}) as at`.execute(db);
  return rows[0]?.at ?? null;
}

/** What is known of one lineage, for whoever checks it without having claimed it. */
export async function readLineageCheck(
  db: Db,
  lineageId: string,
): Promise<Pick<ClaimedCheck, "names" | "byDns" | "byTls" | "cas"> & { readonly checkedAt: Instant | null }> {
  const { rows } = await sql<Pick<Row, "names" | "challenge" | "ca_ids"> & { checked_at: Instant | null }>`
    select coalesce(lineage.all_names, lineage.names) as names, ${wishedChallenge} as challenge, lineage_check.checked_at,
      coalesce(lineage.ca_ids, tenant.ca_ids) as ca_ids
    from lineage left join tenant on tenant.id = lineage.tenant_id
      left join lineage_check on lineage_check.lineage_id = lineage.id
    where lineage.id = ${lineageId}`.execute(db);
  const [row] = rows;
  if (row === undefined) throw new Error(`There is no lineage ${lineageId}.`);
  const known = { casOf: await readCas(db), inZones: await readZones(db, [row]) };
  return { ...namesOf(row, known), cas: known.casOf(row.ca_ids), checkedAt: row.checked_at };
}

interface Known {
  readonly casOf: (caIds: readonly string[] | null) => readonly CaForCheck[];
  /** Names that are proven by DNS-01 without being asked to. */
  readonly inZones: ReadonlySet<string>;
}

const readZones = (db: Db, rows: readonly Pick<Row, "names">[]): Promise<ReadonlySet<string>> =>
  findNamesInZones(
    db,
    rows.flatMap(({ names }) => names.filter((name) => !name.startsWith("*."))),
  );

const checkOf = (row: Row, known: Known): ClaimedCheck => ({
  lineageId: row.lineage_id,
  ...namesOf(row, known),
  cas: known.casOf(row.ca_ids),
  fence: row.fence,
  rank: row.rank,
});

function namesOf(
  { names, challenge: wish }: Pick<Row, "names" | "challenge">,
  { inZones }: Known,
): NamesToCheck {
  const those = (type: ChallengeType): readonly string[] =>
    names.filter((name) => expectedChallenge(name, { names, inOurZone: inZones.has(name), wish }) === type);
  return { names, byDns: those("dns-01"), byTls: those("tls-alpn-01") };
}

/** @returns those of the ids; of the pool for null. */
async function readCas(db: Db): Promise<(caIds: readonly string[] | null) => readonly CaForCheck[]> {
  const rows = await db
    .selectFrom("ca")
    .leftJoin("account", "account.ca_id", "ca.id")
    .select(["ca.id", "ca.name", "ca.weight", "ca.caa_identities", "account.url"])
    .orderBy("ca.id")
    .execute();
  return (caIds) =>
    rows
      .filter(({ id, weight }) => (caIds === null ? weight > 0 : caIds.includes(id)))
      .map(({ name, caa_identities: caaIdentities, url: accountUri }) => ({
        name,
        caaIdentities,
        accountUri,
      }));
}
