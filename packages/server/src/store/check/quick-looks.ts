/** Names whose addresses or CAA records are what is wrong: whoever has the row of quick looks looks at all of them, a page at a time. */
import { after, type Duration, type Finding, type Instant, watchedFaults } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

export interface WatchedLineage {
  readonly lineageId: string;
  /** Each has to be mended. */
  readonly faults: readonly Finding[];
}

/**
 * The next page, for whoever asks first when a look is due; it begins anew after the last. Index: `lineage_check_watched`.
 *
 * @returns null when no look is due, or another process has it.
 */
export async function claimQuickLook(
  db: Db,
  { limit, every, now }: { readonly limit: number; readonly every: Duration; readonly now: Instant },
): Promise<readonly WatchedLineage[] | null> {
  return db.transaction().execute(async (trx) => {
    const { rows: looks } = await sql<{ after: string }>`
      select "after" from quick_look where wake_at <= ${timestamp(now)} for update skip locked`.execute(trx);
    const [look] = looks;
    if (look === undefined) return null;
    const { rows } = await sql<{ lineage_id: string; findings: readonly Finding[] }>`
      select lineage_id, findings from lineage_check where watched and lineage_id > ${look.after}
      order by lineage_id limit ${limit}`.execute(trx);
    const last = rows.length === limit ? (rows.at(-1)?.lineage_id ?? "0") : "0";
    await sql`
      update quick_look set wake_at = ${timestamp(after(now, every))}, "after" = ${last}`.execute(trx);
    return rows.map(({ lineage_id: lineageId, findings }) => ({
      lineageId,
      faults: watchedFaults(findings),
    }));
  });
}

/** Has these checked at once: what was wrong seems to be right. */
export async function checkNow(db: Db, lineageIds: readonly string[], now: Instant): Promise<void> {
  await sql`
    with due as (
      update lineage_check set wake_at = least(wake_at, ${timestamp(now)})
      where lineage_id = any(${[...lineageIds]}::bigint[]) and watched and wake_at is not null returning 1
    )
    select count(pg_notify('certmill_work', 'checks')) from due`.execute(db);
}
