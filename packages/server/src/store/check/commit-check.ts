/**
 * What a check has found, stored with what follows from it: an order, another check, a move. It is decided on the lineage
 * as it is now, which may be another than when the check began. Takes the lineage before its check, as everybody does.
 */
import {
  type Checked,
  type CheckFacts,
  type CheckOutcome,
  type ComparedFinding,
  compareChecks,
  failures,
  type Instant,
  isFailureCode,
  type KeptRecords,
  type LifePolicy,
  outcomeOfCheck,
  refusingCas,
  toldOfCheck,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { becomes } from "../life-sql.ts";
import { retryDeadlock } from "../retry-deadlock.ts";
import type { LineageState } from "../schema/lineage.ts";
import { moveLineage } from "../write/move-lineage.ts";
import { rejoinNames } from "../write/rejoin-names.ts";

export interface CheckToStore extends Checked {
  readonly lineageId: string;
  /** What the claim had; null: a person asks, and needs none. */
  readonly fence: string | null;
  readonly life: LifePolicy;
  readonly now: Instant;
}

/** @returns what follows; null when the claim is no longer ours: nothing was stored. */
export async function commitCheck(db: Db, check: CheckToStore): Promise<CheckOutcome | null> {
  return retryDeadlock(() => db.transaction().execute((trx) => storeCheck(trx, check)));
}

async function storeCheck(trx: Db, check: CheckToStore): Promise<CheckOutcome | null> {
  const { lineageId, fence, life, now } = check;
  const held = await holdCheck(trx, check);
  if (held === null) return null;
  const { findings, kept } = compareChecks(check, { ...held, checkedAt: held.checked_at });
  const facts = factsOf(held, fence === null);
  const outcome = outcomeOfCheck(facts, findings, { policy: life, now });
  await write(trx, { ...check, findings }, outcome, facts);
  if (kept !== null) await keep(trx, lineageId, kept);
  const { hasCertificate, holdsOrder } = facts;
  if (outcome.order && !(hasCertificate && holdsOrder)) await order(trx, check);
  // Names that were added are ordered, in the end, though their check fails, as a first order is.
  const rejoins = holdsOrder ? outcome.order : outcome.memory.failing === 0;
  if (hasCertificate && rejoins) await rejoinNames(trx, { lineageId, now });
  if (outcome.move !== null) await moveLineage(trx, { lineageId, move: outcome.move, life, now });
  const event = toldOfCheck({ failing: facts.memory.failing, findings: held.findings }, findings);
  if (event !== null) await tell(trx, { ...check, findings, event, holds: facts.holdsOrder });
  return outcome;
}

interface HeldCheck {
  readonly state: LineageState;
  readonly certificate_id: string | null;
  readonly names: string[];
  /** What was there when checks passed. */
  readonly kept: readonly KeptRecords[];
  readonly failure_code: string | null;
  readonly failures: number;
  readonly tried_since: Instant | null;
  readonly leaves_at: Instant | null;
  readonly awaits_names: boolean;
  readonly holds_order: boolean;
  readonly failing: number;
  readonly failing_since: Instant | null;
  readonly ordered_anyway_at: Instant | null;
  readonly away_since: Instant | null;
  readonly checked_at: Instant | null;
  readonly findings: readonly ComparedFinding[];
}

async function holdCheck(
  trx: Db,
  { lineageId, fence, now }: Pick<CheckToStore, "lineageId" | "fence" | "now">,
): Promise<HeldCheck | null> {
  const { rows: lineages } = await sql<Omit<HeldCheck, "holds_order">>`
    select state, certificate_id, coalesce(all_names, names) as names, failure_code, failures,
      coalesce((select records from right_records where lineage_id = lineage.id), '[]'::jsonb) as kept,
      failing_since as tried_since, leaves_at, coalesce(rejoin_at <= ${timestamp(now)}, false) as awaits_names
    from lineage where id = ${lineageId} for no key update`.execute(trx);
  if (fence === null)
    await sql`insert into lineage_check (lineage_id) values (${lineageId}) on conflict do nothing`.execute(
      trx,
    );
  const { rows: checks } = await sql<Omit<HeldCheck, "state">>`
    update lineage_check set fence = fence + ${fence === null ? 1 : 0}
    where lineage_id = ${lineageId} and ${fence === null ? sql`true` : sql`fence = ${fence}`}
    returning holds_order, failing, failing_since, ordered_anyway_at, away_since, checked_at, findings`.execute(
    trx,
  );
  const [lineage] = lineages;
  const [check] = checks;
  return lineage === undefined || check === undefined ? null : { ...lineage, ...check };
}

/** Whether what failed ends when what the check looks at is put right. */
const isMendable = (code: string | null): boolean =>
  code !== null && isFailureCode(code) && failures[code].party === "customer";

const factsOf = (held: HeldCheck, asked: boolean): CheckFacts => ({
  state: held.state,
  names: held.names,
  hasCertificate: held.certificate_id !== null,
  holdsOrder: held.holds_order,
  awaitsNames: held.awaits_names,
  isMendable: isMendable(held.failure_code),
  failures: held.failures,
  triedSince: held.tried_since,
  memory: {
    failing: held.failing,
    failingSince: held.failing_since,
    orderedAnywayAt: held.ordered_anyway_at,
  },
  awaySince: held.away_since,
  leavesAt: held.leaves_at,
  asked,
});

const orNull = (at: Instant | null): Date | null => (at === null ? null : timestamp(at));

/** Of what a campaign enrols the next check keeps its rank. */
async function write(
  trx: Db,
  { lineageId, findings, now }: CheckToStore,
  outcome: CheckOutcome,
  { holdsOrder }: CheckFacts,
): Promise<void> {
  const { memory, awaySince, recheckAt, rank, watched } = outcome;
  await sql`
    update lineage_check set checked_at = ${timestamp(now)}, findings = ${JSON.stringify(findings)}::jsonb,
      failing = ${memory.failing}, failing_since = ${orNull(memory.failingSince)},
      ordered_anyway_at = ${orNull(memory.orderedAnywayAt)}, away_since = ${orNull(awaySince)},
      wake_at = ${orNull(recheckAt)}, holds_order = ${holdsOrder && recheckAt !== null}, watched = ${watched},
      cleared = false, rank = case when ${holdsOrder} then rank else ${rank} end
    where lineage_id = ${lineageId}`.execute(trx);
  if (watched) await sql`select pg_notify('certmill_work', 'checks')`.execute(trx);
}

async function keep(trx: Db, lineageId: string, kept: readonly KeptRecords[]): Promise<void> {
  await sql`
    insert into right_records (lineage_id, records) values (${lineageId}, ${JSON.stringify(kept)}::jsonb)
    on conflict (lineage_id) do update set records = excluded.records`.execute(trx);
}

/** Makes the next order due now, where none is under way: at a CA that would not refuse it, if there is one. */
async function order(trx: Db, { lineageId, findings, now }: CheckToStore): Promise<void> {
  await sql`
    with due as (
      update lineage set ${becomes("resumed", now)}, unmended_since = null, wake_at = ${timestamp(now)},
        avoid_ca_ids = array(select id from ca where name = any(${[...refusingCas(findings)]}::text[]))
      where id = ${lineageId} and state <> 'removed'
        and not exists (select 1 from issuance where lineage_id = ${lineageId} and ended_at is null)
        and not exists (select 1 from queue where lineage_id = ${lineageId})
      returning id
    ), cleared as (
      update lineage_check set cleared = true from due where lineage_id = due.id
    )
    select count(pg_notify('certmill_work', 'line')) from due`.execute(trx);
}

async function tell(
  trx: Db,
  told: CheckToStore & { readonly event: "check.failed" | "check.passed"; readonly holds: boolean },
): Promise<void> {
  const { lineageId, event, holds, findings, now } = told;
  const detail = JSON.stringify({ holds, findings: findings.slice(0, mostTold) });
  await sql`
    insert into event (at, kind, lineage_id, detail)
    values (${timestamp(now)}, ${event}, ${lineageId}, ${detail}::jsonb)`.execute(trx);
  await sql`select pg_notify('certmill_feed', '')`.execute(trx);
}

const mostTold = 10;
