import {
  after,
  type ChallengeType,
  type Duration,
  type Exemption,
  type Failing,
  type Instant,
  type LiveState,
  type Spending,
  type WorkClass,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import type { KeyType } from "./schema/key.ts";
import { wishedChallenge } from "./wished-challenge.ts";

/** An issuance that this worker has until its lease ends, with what its steps need. */
export interface ClaimedIssuance {
  readonly id: string;
  readonly lineageId: string;
  readonly caId: string;
  readonly caName: string;
  readonly accountId: string;
  readonly edgeGroupId: string;
  readonly names: readonly string[];
  readonly keyType: KeyType;
  readonly state: LiveState;
  /** What this claim's writes must carry; a later claim has a higher one. */
  readonly fence: string;
  readonly keySecretId: string | null;
  readonly csr: Uint8Array | null;
  readonly workClass: WorkClass;
  /** What it has reserved of the CA's limits. */
  readonly spending: readonly Spending[];
  /** With which it was planned. */
  readonly exemption: Exemption;
  /** The certificate that its order names as the one it replaces, as renewal information names it; null: none. */
  readonly replaces: string | null;
  /** The certificate profile that its order asks for; null: none. */
  readonly profile: string | null;
  /** How its names are to be proven where a choice is; null: as is best. */
  readonly challenge: ChallengeType | null;
  /** Issuances of the lineage that failed in a row before this one. */
  readonly failuresBefore: number;
  /** What its tries have failed for so long that it may be given up. */
  readonly failing: Failing;
  readonly startedAt: Instant;
  /** Since when the certificate has been wanted. */
  readonly wantedAt: Instant;
  /** Over how many days a campaign spreads the renewals of its first certificates; null: this is none of them. */
  readonly renewalSpreadDays: number | null;
  /** Whether several customers share the certificate. */
  readonly isPack: boolean;
  /** Whether it is the twin of another (twins.ts), whose names it has. */
  readonly isTwin: boolean;
  /** Its root span, as a W3C traceparent; null: it is not traced. */
  readonly trace: string | null;
}

interface Row {
  id: string;
  lineage_id: string;
  ca_id: string;
  ca_name: string;
  account_id: string;
  class: WorkClass;
  spending: readonly Spending[];
  exemption: Exemption;
  replaces: string | null;
  profile: string | null;
  challenge: ChallengeType | null;
  edge_group_id: string;
  names: string[];
  key_type: KeyType;
  state: LiveState;
  fence: string;
  key_secret_id: string | null;
  csr: Uint8Array | null;
  failures: number;
  unmended_since: Instant | null;
  not_after: Instant | null;
  started_at: Instant;
  wanted_at: Instant;
  renewal_spread_days: number | null;
  is_pack: boolean;
  is_twin: boolean;
  trace: string | null;
}

/** What somebody waits for, or what ends soon. */
const urgent: readonly WorkClass[] = ["emergency", "interactive"];

/**
 * Takes up to `limit` due issuances, or of the urgent ones only, the longest overdue first. Safe from any number of workers at once; a
 * row being taken elsewhere is skipped, never waited for. Index: `issuance_due`.
 */
export async function claimIssuances(
  db: Db,
  request: { limit: number; lease: Duration; now: Instant; onlyUrgent?: boolean },
): Promise<ClaimedIssuance[]> {
  const ofClass = request.onlyUrgent === true ? sql`and class = any(${[...urgent]}::text[])` : sql``;
  const { rows } = await sql<Row>`
    with due as materialized (
      select id from issuance
      where ended_at is null and wake_at <= ${timestamp(request.now)} ${ofClass}
      order by wake_at limit ${request.limit} for update skip locked
    )
    update issuance set wake_at = ${timestamp(after(request.now, request.lease))}, fence = fence + 1
    from due, ca, account, lineage
      left join lineage main on main.id = lineage.twin_of
      left join campaign on campaign.id = coalesce(main.campaign_id, lineage.campaign_id)
    where issuance.id = due.id and lineage.id = issuance.lineage_id and ca.id = issuance.ca_id and account.ca_id = ca.id
    returning issuance.id, issuance.lineage_id, issuance.ca_id, ca.name as ca_name, lineage.edge_group_id, issuance.names,
      issuance.key_type, issuance.state, issuance.fence, issuance.key_secret_id, issuance.csr,
      lineage.failures, account.id as account_id,
      least(lineage.unmended_since, (select failing_since from lineage_check where lineage_id = lineage.id)) as unmended_since,
      (select not_after from certificate where id = lineage.certificate_id) as not_after,
      issuance.class, issuance.spending, issuance.exemption, issuance.replaces, issuance.profile, ${wishedChallenge} as challenge, issuance.started_at, lineage.wanted_at,
      case when lineage.certificate_id is null then campaign.renewal_spread_days end as renewal_spread_days,
      coalesce(campaign.pack_names > 1, false) as is_pack,
      lineage.twin_of is not null as is_twin, issuance.trace`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    lineageId: row.lineage_id,
    caId: row.ca_id,
    caName: row.ca_name,
    accountId: row.account_id,
    workClass: row.class,
    spending: row.spending,
    exemption: row.exemption,
    replaces: row.replaces,
    profile: row.profile,
    challenge: row.challenge,
    edgeGroupId: row.edge_group_id,
    names: row.names,
    keyType: row.key_type,
    state: row.state,
    fence: row.fence,
    keySecretId: row.key_secret_id,
    csr: row.csr,
    failuresBefore: row.failures,
    failing: { since: row.unmended_since, notAfter: row.not_after },
    startedAt: row.started_at,
    wantedAt: row.wanted_at,
    renewalSpreadDays: row.renewal_spread_days,
    isPack: row.is_pack,
    isTwin: row.is_twin,
    trace: row.trace,
  }));
}

/**
 * Gives back what this worker holds, so that another may go on at once instead of after the lease.
 * Called at shutdown.
 */
export async function releaseIssuance(
  db: Db,
  held: { id: string; fence: string; now: Instant },
): Promise<void> {
  await sql`
    update issuance set wake_at = ${timestamp(held.now)}
    where id = ${held.id} and fence = ${held.fence} and ended_at is null`.execute(db);
}

/**
 * Makes every live issuance due now. Only for a process that is known to be alone (the embedded database's
 * directory lock proves it): whoever held a lease is dead.
 */
export async function forgetLeases(db: Db, now: Instant): Promise<void> {
  await sql`update issuance set wake_at = ${timestamp(now)} where ended_at is null`.execute(db);
}
