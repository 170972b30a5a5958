/**
 * The ends of certificates' private keys. Whatever ceases to use a key says so in its own statement; when the key has been
 * unused for as long as it is kept, and nothing needs it, it is destroyed: the sealed key is deleted.
 */
import type { Duration, Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { withTwins } from "../twins.ts";

/**
 * A part of a statement: some keys may be used no more from now on. They may be used by others still.
 *
 * @param secretIds a query of one column, whose nulls are left out.
 */
export const endKeys = (secretIds: RawBuilder<unknown>, now: Instant): RawBuilder<unknown> => sql`
  ended_keys as (
    insert into key_end (secret_id, unused_since, wake_at)
    select distinct secret_id, ${timestamp(now)}::timestamptz, ${timestamp(now)}::timestamptz
    from (${secretIds}) as ceased (secret_id) where secret_id is not null order by secret_id
    on conflict (secret_id) do update set unused_since = excluded.unused_since, wake_at = excluded.wake_at
  )`;

/** Needs a preceding `refused (spki)`: what is shared and refused is the shared one no more. */
export const retireShared = (now: Instant): RawBuilder<unknown> => sql`
  retired as (
    update shared_key set retired_at = ${timestamp(now)} from refused
    where shared_key.spki = refused.spki and retired_at is null returning secret_id
  ), ${endKeys(sql`select secret_id from retired`, now)}`;

/** The keys of all certificates and orders of a lineage. Indexes: `certificate_by_lineage`, `issuance_by_lineage`. */
export function keysOfLineage(
  lineageId: string,
  whose: "alone" | "with-twins" = "alone",
): RawBuilder<unknown> {
  const ids = whose === "alone" ? sql`${lineageId}` : withTwins(lineageId);
  return sql`
    select key_secret_id from certificate where lineage_id = ${ids}
    union select key_secret_id from issuance where lineage_id = ${ids}`;
}

/** Needs `lineage` in scope. Who has moved away is served, too. */
const isHeld = (certificate: "certificate" | "alike"): RawBuilder<unknown> =>
  sql`lineage.certificate_id = ${sql.ref(certificate)}.id and lineage.state <> 'removed'`;

/**
 * Needs `looked (secret_id)`, as those that follow. `offset 0` keeps PostgreSQL from reading the whole fleet into a hash
 * table for a few keys. Others may have the same key in a secret of their own, as an import may bring it.
 */
const isServed = sql`(exists (
    select 1 from certificate join lineage on lineage.id = certificate.lineage_id and ${isHeld("certificate")}
    where certificate.key_secret_id = looked.secret_id offset 0)
  or exists (
    select 1 from certificate own join certificate alike on alike.spki = own.spki and alike.id <> own.id
      join lineage on lineage.id = alike.lineage_id and ${isHeld("alike")}
    where own.key_secret_id = looked.secret_id and own.spki <> '' offset 0))`;

/** An order under way is for it, or the CA is to be told of a certificate with it. */
const isOwed = sql`exists (
    select 1 from issuance where issuance.key_secret_id = looked.secret_id and ended_at is null offset 0)
  or exists (
    select 1 from certificate join revocation on revocation.certificate_id = certificate.id
    where certificate.key_secret_id = looked.secret_id and revocation.state in ('waiting', 'due') offset 0)`;

/** The next certificate is for it: its owner's policy is to share it. */
const isShared = sql`exists (
  select 1 from shared_key left join edge_group on edge_group.id = shared_key.edge_group_id
    left join tenant on tenant.id = shared_key.tenant_id
  where shared_key.secret_id = looked.secret_id and retired_at is null
    and 'shared' in (edge_group.key_policy, tenant.key_policy))`;

/** How long it is kept when unused: as long as any of those that had it wants. */
const longestKept = (usual: Duration): RawBuilder<unknown> => sql`coalesce((
  select max((
    select coalesce(coalesce(tenant.keys_kept_days, edge_group.keys_kept_days) * interval '1 day', ${usualKept(usual)})
    from lineage join edge_group on edge_group.id = lineage.edge_group_id
      left join tenant on tenant.id = lineage.tenant_id
    where lineage.id = had.lineage_id))
  from (
    select lineage_id from certificate where key_secret_id = looked.secret_id
    union select lineage_id from issuance where key_secret_id = looked.secret_id
  ) had
), ${usualKept(usual)})`;

const usualKept = (usual: Duration): RawBuilder<unknown> => sql`${usual}::bigint * interval '1 millisecond'`;

/** Certificates that lose their key in one step: one that many share may have more. */
const mostCertificates = 5_000;

export interface KeyEndLook {
  /** Keys looked at in one step. */
  readonly limit: number;
  /** How long a key is kept where neither tenant nor edge group says. */
  readonly kept: Duration;
  readonly now: Instant;
}

/**
 * Looks at up to `limit` keys that are due, and destroys those whose time has come. One that is needed is looked at again
 * an hour later, one that is kept on its day, or a day later: the policy may change. Safe from any number of processes;
 * index: `key_end_due`.
 *
 * @returns how many were looked at, and how many destroyed.
 */
export async function destroyEndedKeys(
  db: Db,
  look: KeyEndLook,
): Promise<{ readonly looked: number; readonly destroyed: number }> {
  const at = timestamp(look.now);
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ secret_id: string; ends: boolean }>`
      with looked as materialized (
        select secret_id, unused_since from key_end where wake_at <= ${at}
        order by wake_at limit ${look.limit} for update skip locked
      ), judged as (
        select looked.secret_id, ${isServed} or ${isOwed} or ${isShared} as is_needed,
          looked.unused_since + ${longestKept(look.kept)} as ends_at
        from looked
      ), postponed as (
        update key_end set wake_at = case when is_needed then ${at}::timestamptz + interval '1 hour'
          else least(ends_at, ${at}::timestamptz + interval '1 day') end
        from judged where key_end.secret_id = judged.secret_id and (is_needed or ends_at > ${at})
      )
      select secret_id, not is_needed and ends_at <= ${at} as ends from judged`.execute(trx);
    const ended = rows.filter(({ ends }) => ends).map(({ secret_id }) => secret_id);
    if (ended.length > 0) await forgetCertificates(trx, ended, look.now);
    return {
      looked: rows.length,
      destroyed: ended.length === 0 ? 0 : await deleteKeys(trx, ended, look.now),
    };
  });
}

/** Of the issuances that had them, too: nothing points to the keys any more. Tells the domains. */
async function forgetCertificates(trx: Db, secretIds: readonly string[], now: Instant): Promise<void> {
  const at = timestamp(now);
  await sql`
    with had as materialized (
      select id, key_secret_id from certificate where key_secret_id = any(${[...secretIds]}::bigint[])
      order by id limit ${mostCertificates} for update
    ), certificates as (
      update certificate set key_secret_id = null, key_destroyed_at = ${at} from had where certificate.id = had.id
      returning certificate.lineage_id, certificate.id, certificate.serial, certificate.spki
    ), issuances as (
      update issuance set key_secret_id = null
      where id in (
        select id from issuance where key_secret_id = any(${[...secretIds]}::bigint[]) order by id limit ${mostCertificates})
      returning lineage_id, id
    ), lost as (
      select lineage_id, spki as key, serial from certificates
      union all
      select lineage_id, null, null from issuances
      where not exists (select 1 from certificate where certificate.issuance_id = issuances.id)
    )
    insert into event (at, kind, lineage_id, detail)
    select ${at}, 'key.destroyed', lineage_id, jsonb_strip_nulls(jsonb_build_object('key', nullif(key, ''),
      'serials', nullif(array_remove(array_agg(serial), null), '{}')))
    from lost group by lineage_id, key order by lineage_id`.execute(trx);
}

/** What still has a certificate, as it had too many for one step, is due again at once. @returns how many are gone. */
async function deleteKeys(trx: Db, secretIds: readonly string[], now: Instant): Promise<number> {
  const at = timestamp(now);
  const ids = sql`any(${[...secretIds]}::bigint[])`;
  await sql`
    update shared_key set secret_id = null, retired_at = coalesce(retired_at, ${at}) where secret_id = ${ids}`.execute(
    trx,
  );
  const { rows } = await sql`
    delete from secret where id = ${ids}
      and not exists (select 1 from certificate where key_secret_id = secret.id)
      and not exists (select 1 from issuance where key_secret_id = secret.id)
    returning id`.execute(trx);
  return rows.length;
}

export interface KeysEnd {
  /** When the last of its keys is destroyed that nobody else uses; null: it has none. */
  readonly destroyedAt: Instant | null;
  /** Whether others use one of its keys, which therefore stays. */
  readonly isShared: boolean;
}

/** What becomes of a removed lineage's keys and its twins', as the policies are now. Indexes: those of `keysOfLineage`. */
export async function readKeysEnd(db: Db, lineageId: string, kept: Duration): Promise<KeysEnd> {
  const { rows } = await sql<{ destroyed_at: Instant | null; is_shared: boolean | null }>`
    with looked as materialized (
      select key_end.secret_id, unused_since from key_end where secret_id in (${keysOfLineage(lineageId, "with-twins")})
    ), judged as (
      select ${isServed} or ${isShared} as is_shared, unused_since + ${longestKept(kept)} as ends_at from looked
    )
    select max(ends_at) filter (where not is_shared) as destroyed_at, bool_or(is_shared) as is_shared from judged`.execute(
    db,
  );
  return { destroyedAt: rows[0]?.destroyed_at ?? null, isShared: rows[0]?.is_shared === true };
}
