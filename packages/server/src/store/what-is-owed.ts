import { type Instant, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";

/** When each kind of work is next due, the past included; null: none is owed. */
export interface Owed {
  /** An issuance's next step. */
  readonly issuanceAt: Instant | null;
  /** The same of the issuances that are not due yet. */
  readonly nextIssuanceAt: Instant | null;
  /** What joins the line, may leave it, or has to be folded into the ledger. */
  readonly planningAt: Instant | null;
  readonly campaignAt: Instant | null;
  readonly replacementAt: Instant | null;
}

/** What the CAs' answers have told is folded into the ledger after so long, though nobody is to be planned. */
const oldestEntry = seconds(60);

/**
 * All that a worker may have to do, in one question. Indexes: `issuance_due`, `lineage_due`, `queue_parked`,
 * `campaign_due`, `replacement_due`, the ledger's primary key.
 */
export async function readOwed(db: Db, now: Instant): Promise<Owed> {
  const { rows } = await sql<{
    issuance_at: Instant | null;
    next_issuance_at: Instant | null;
    planning_at: Instant | null;
    campaign_at: Instant | null;
    replacement_at: Instant | null;
  }>`
    select (select min(wake_at) from issuance where ended_at is null) as issuance_at,
      (select min(wake_at) from issuance where ended_at is null and wake_at > ${timestamp(now)}) as next_issuance_at,
      least(
        (select min(wake_at) from lineage where wake_at is not null),
        (select min(parked_until) from queue where parked_until is not null),
        (select wake_at from planner),
        (select at from ledger_entry order by id limit 1) + ${oldestEntry} * interval '1 millisecond'
      ) as planning_at,
      (select min(wake_at) from campaign where wake_at is not null) as campaign_at,
      (select min(wake_at) from replacement where wake_at is not null) as replacement_at`.execute(db);
  const [row] = rows;
  return {
    issuanceAt: row?.issuance_at ?? null,
    nextIssuanceAt: row?.next_issuance_at ?? null,
    planningAt: row?.planning_at ?? null,
    campaignAt: row?.campaign_at ?? null,
    replacementAt: row?.replacement_at ?? null,
  };
}

export const isDue = (at: Instant | null, now: Instant): boolean => at !== null && at <= now;
