/**
 * What a check has found, stored with what follows from it: the lineage goes on to its order, or is checked again. Takes
 * the lineage before its check, as everybody does.
 */
import {
  type CheckDecision,
  type Finding,
  failureCodes,
  failures,
  type Instant,
  refusingCas,
} from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import { becomes } from "./life-sql.ts";
import type { LineageState } from "./schema.ts";

export interface CheckToStore {
  readonly lineageId: string;
  readonly decision: CheckDecision;
  readonly findings: readonly Finding[];
  /** Told in the timeline; null: nothing has changed. */
  readonly event: "check.failed" | "check.passed" | null;
  readonly now: Instant;
}

/** @returns false when the claim is no longer ours; nothing was stored. */
export async function commitCheck(db: Db, fence: string, check: CheckToStore): Promise<boolean> {
  return db.transaction().execute(async (trx) => {
    const lineage = await holdLineage(trx, check.lineageId);
    const { rows } = await sql`
      update lineage_check set ${columns(check, lineage)}
      where lineage_id = ${check.lineageId} and fence = ${fence} returning lineage_id`.execute(trx);
    if (rows.length === 0) return false;
    if (check.decision.order) await order(trx, check, sql`wake_at is null`);
    await tell(trx, check);
    return true;
  });
}

/** Failures that end when what the check looks at is put right. */
const mendable = failureCodes.filter((code) => failures[code].party === "customer");

/**
 * Stores a check that a person asked for. Where the order waits for it, it follows; where a failed order waits for its
 * next time, that is now when all is right. Else nothing but what was found is kept.
 */
export async function commitAskedCheck(db: Db, check: CheckToStore): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const lineage = await holdLineage(trx, check.lineageId);
    const { rows } = await sql<{ waits: boolean }>`
      select holds_order as waits from lineage_check where lineage_id = ${check.lineageId}`.execute(trx);
    const waits = rows[0]?.waits === true;
    const set = waits ? columns(check, lineage) : found(check);
    await sql`
      insert into lineage_check (lineage_id) values (${check.lineageId}) on conflict do nothing`.execute(trx);
    await sql`
      update lineage_check set fence = fence + 1, ${set} where lineage_id = ${check.lineageId}`.execute(trx);
    const isRight = check.decision.order && check.decision.failing === 0;
    if (waits && check.decision.order) await order(trx, check, sql`wake_at is null`);
    else if (isRight)
      await order(
        trx,
        check,
        sql`(wake_at > ${timestamp(check.now)} or state = 'failed') and failure_code = any(${mendable}::text[])`,
      );
    await tell(trx, check);
  });
}

interface HeldLineage {
  readonly state: LineageState;
  readonly certificate_id: string | null;
}

const holdLineage = (trx: Db, lineageId: string): Promise<HeldLineage> =>
  trx
    .selectFrom("lineage")
    .select(["state", "certificate_id"])
    .where("id", "=", lineageId)
    .forNoKeyUpdate()
    .executeTakeFirstOrThrow();

const orNull = (at: Instant | null): Date | null => (at === null ? null : timestamp(at));

const found = ({ findings, now }: CheckToStore): RawBuilder<unknown> =>
  sql`checked_at = ${timestamp(now)}, findings = ${JSON.stringify(findings)}::jsonb`;

/** Only what has no certificate yet waits for its check. */
function columns(check: CheckToStore, { state, certificate_id }: HeldLineage): RawBuilder<unknown> {
  const { failing, failingSince, orderedAnywayAt, recheckAt, order } = check.decision;
  const isOver = state === "removed" || certificate_id !== null;
  return sql`${found(check)}, failing = ${failing}, failing_since = ${orNull(failingSince)},
    ordered_anyway_at = ${orNull(orderedAnywayAt)}, cleared = ${order && !isOver},
    wake_at = ${isOver ? null : orNull(recheckAt)}, holds_order = ${!isOver && recheckAt !== null}`;
}

/** Makes the first order due now, where `when` holds and none is under way: at a CA that would not refuse it, if there is one. */
async function order(
  trx: Db,
  { lineageId, findings, now }: CheckToStore,
  when: RawBuilder<unknown>,
): Promise<void> {
  await sql`
    with due as (
      update lineage set ${becomes("resumed", now)}, unmended_since = null, wake_at = ${timestamp(now)},
        avoid_ca_ids = array(select id from ca where name = any(${[...refusingCas(findings)]}::text[]))
      where id = ${lineageId} and ${when} and certificate_id is null and state <> 'removed'
        and not exists (select 1 from issuance where lineage_id = ${lineageId} and ended_at is null)
        and not exists (select 1 from queue where lineage_id = ${lineageId})
      returning id
    ), cleared as (
      update lineage_check set cleared = true from due where lineage_id = due.id
    )
    select count(pg_notify('certmill_work', '')) from due`.execute(trx);
}

async function tell(trx: Db, { lineageId, event, findings, now }: CheckToStore): Promise<void> {
  if (event === null) return;
  const detail = JSON.stringify({ findings: findings.slice(0, mostTold) });
  await sql`
    insert into event (at, kind, lineage_id, detail)
    values (${timestamp(now)}, ${event}, ${lineageId}, ${detail}::jsonb)`.execute(trx);
  await sql`select pg_notify('certmill_feed', '')`.execute(trx);
}

const mostTold = 10;
