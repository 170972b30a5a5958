/** The looks into Vault that are due. Whoever takes one has it until its lease ends. */
import { after, type Duration, type Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";
import { retryDeadlock } from "./retry-deadlock.ts";

export interface ClaimedLook {
  readonly lineageId: string;
  /** All of its names, the primary one first. */
  readonly names: readonly string[];
  /** The lineage of the same names whose RSA certificate this is to be; null: nobody's. */
  readonly twinOf: string | null;
  /** What this claim's write must carry. */
  readonly fence: string;
}

interface Row {
  readonly lineage_id: string;
  readonly names: string[];
  readonly twin_of: string | null;
  readonly fence: string;
}

/** Takes up to `limit`: first those for whom somebody waits, the longest overdue first. Index: `vault_look_due`. */
export async function claimLooks(
  db: Db,
  { limit, lease, now }: { readonly limit: number; readonly lease: Duration; readonly now: Instant },
): Promise<readonly ClaimedLook[]> {
  const { rows } = await sql<Row>`
    with due as materialized (
      select lineage_id from vault_look where wake_at <= ${timestamp(now)}
      order by rank, wake_at limit ${limit} for update skip locked
    )
    update vault_look set wake_at = ${timestamp(after(now, lease))}, fence = nextval('vault_look_fence')
    from due join lineage on lineage.id = due.lineage_id
    where vault_look.lineage_id = due.lineage_id
    returning due.lineage_id, coalesce(lineage.all_names, lineage.names) as names, lineage.twin_of, vault_look.fence`.execute(
    db,
  );
  return rows.map((row) => ({
    lineageId: row.lineage_id,
    names: row.names,
    twinOf: row.twin_of,
    fence: row.fence,
  }));
}

type Claim = Pick<ClaimedLook, "lineageId" | "fence">;

/** When the next is due, the past included; null: none is owed. Index: `vault_look_due`. */
export async function nextLookAt(db: Db): Promise<Instant | null> {
  const { rows } = await sql<{ at: Instant | null }>`
    select least(
      (select min(wake_at) from vault_look where rank = 0 and wake_at is not null),
      (select min(wake_at) from vault_look where rank = 1 and wake_at is not null)) as at`.execute(db);
  return rows[0]?.at ?? null;
}

/** Gives back what this process holds, so that another may go on at once instead of after the lease. */
export async function releaseLook(
  db: Db,
  { lineageId, fence, now }: Claim & { readonly now: Instant },
): Promise<void> {
  await sql`
    update vault_look set wake_at = ${timestamp(now)}
    where lineage_id = ${lineageId} and fence = ${fence} and wake_at is not null`.execute(db);
}

/** Whom a look is for, until the transaction ends. */
export interface HeldLook {
  readonly names: readonly string[];
  readonly twinOf: string | null;
  readonly edgeGroupId: string;
  /** The only CAs that may issue for it, the preferred one first; null: those of the pool. */
  readonly caIds: readonly string[] | null;
}

/** Takes the lineage before its look, as everybody does. @returns null when the claim is no longer ours, or nothing is wanted. */
export async function holdLook(trx: Db, { lineageId, fence }: Claim): Promise<HeldLook | null> {
  const { rows } = await sql<{
    names: string[];
    twin_of: string | null;
    edge_group_id: string;
    ca_ids: string[] | null;
    is_wanted: boolean;
  }>`
    select coalesce(all_names, names) as names, twin_of, edge_group_id,
      coalesce(ca_ids, (select ca_ids from tenant where tenant.id = lineage.tenant_id)) as ca_ids,
      certificate_id is null and state not in ('removed', 'paused') as is_wanted
    from lineage where id = ${lineageId} for no key update`.execute(trx);
  const [lineage] = rows;
  if (lineage === undefined || !lineage.is_wanted) return null;
  const { rows: looks } = await sql`
    select 1 from vault_look where lineage_id = ${lineageId} and fence = ${fence} and wake_at is not null
    for update`.execute(trx);
  if (looks.length === 0) return null;
  const { names, twin_of: twinOf, edge_group_id: edgeGroupId, ca_ids: caIds } = lineage;
  return { names, twinOf, edgeGroupId, caIds };
}

/** An entry that was found and is not taken. */
export interface RefusedEntry {
  /** Its path in Vault. */
  readonly place: string;
  readonly code: string;
  /** A sentence. */
  readonly reason: string;
}

/** Lets the order go its way. @param refused told in the domain's timeline; null: there was nothing to take. */
export async function letOrder(
  db: Db,
  { refused, now, ...claim }: Claim & { readonly refused: RefusedEntry | null; readonly now: Instant },
): Promise<void> {
  const at = timestamp(now);
  await retryDeadlock(() =>
    db.transaction().execute(async (trx) => {
      if ((await holdLook(trx, claim)) === null) {
        // Its certificate came another way, or the claim is another's.
        await sql`
          delete from vault_look where lineage_id = ${claim.lineageId} and fence = ${claim.fence}
            and exists (select 1 from lineage where lineage.id = lineage_id and certificate_id is not null)`.execute(
          trx,
        );
        return;
      }
      await sql`
        with looked as (
          update vault_look set wake_at = null where lineage_id = ${claim.lineageId} returning lineage_id
        ), due as (
          update lineage set wake_at = ${at} from looked
          where id = looked.lineage_id
            and not exists (select 1 from issuance where issuance.lineage_id = lineage.id and ended_at is null)
            and not exists (select 1 from queue where queue.lineage_id = lineage.id)
          returning id
        )
        select count(pg_notify('certmill_work', '')) from due`.execute(trx);
      if (refused === null) return;
      await sql`
        insert into event (at, kind, lineage_id, detail)
        values (${at}, 'vault.refused', ${claim.lineageId}, ${JSON.stringify(refused)}::jsonb)`.execute(trx);
      await sql`select pg_notify('certmill_feed', '')`.execute(trx);
    }),
  );
}

/** Tells that Vault does not answer, unless it has been told. @returns whether it was told now. */
export async function noteVaultAway(db: Db, reason: string, now: Instant): Promise<boolean> {
  const { rows } = await sql`
    with gone as (
      update vault_standing set away_since = ${timestamp(now)} where away_since is null returning 1
    ), told as (
      insert into event (at, kind, detail)
      select ${timestamp(now)}, 'vault.away', ${JSON.stringify({ reason })}::jsonb from gone
    )
    select pg_notify('certmill_feed', '') from gone`.execute(db);
  return rows.length > 0;
}

/** Tells that it answers again, if it was told that it does not. */
export async function noteVaultBack(db: Db, now: Instant): Promise<void> {
  await sql`
    with back as (
      update vault_standing set away_since = null where away_since is not null returning 1
    ), told as (
      insert into event (at, kind) select ${timestamp(now)}, 'vault.back' from back
    )
    select pg_notify('certmill_feed', '') from back`.execute(db);
}
