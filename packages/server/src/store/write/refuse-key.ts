/** A key that a CA holds for compromised: no certificate is made for it any more, and what has it is replaced. */
import type { EventKind, Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { retireShared } from "../key/key-ends.ts";

const started: EventKind = "replacement.started";
const told: EventKind = "key.refused";

/**
 * A part of a statement: begins a mass replacement of all certificates of the key, as `certmill replace --key` does, and
 * tells of it in the timeline. One that is refused already is left as it is. Nothing is revoked by itself: it is for a
 * person to say that what a CA thinks of a key is right.
 *
 * @param compromised a query of `(spki, lineage_id)`, one row at most; an empty `spki` is not known.
 */
export function refuseKey(compromised: RawBuilder<unknown>, now: Instant): RawBuilder<unknown> {
  const at = sql`${timestamp(now)}::timestamptz`;
  return sql`
    compromised (spki, lineage_id) as materialized (${compromised}),
    refused as (
      insert into refused_key (spki, reason, replacement_id, refused_at)
      select spki, 'keyCompromise', nextval(pg_get_serial_sequence('replacement', 'id')), ${at}
      from compromised where spki <> ''
      on conflict (spki) do nothing returning spki, replacement_id
    ), ${retireShared(now)}, begun as (
      insert into replacement (id, state, selection, reason, then_revoke, refuses_keys, created_by, created_at, started_at,
        wake_at, look_until)
      overriding system value
      select replacement_id, 'running', jsonb_build_object('key', spki), 'keyCompromise', false, true, 'certmill', ${at}, ${at},
        ${at}, (select coalesce(max(id), 0) from certificate)
      from refused returning id
    ), told_refused as (
      insert into event (at, kind, lineage_id, detail)
      select ${at}, ${told}, lineage_id, jsonb_build_object('key', spki, 'replacement', replacement_id::text)
      from refused join compromised using (spki)
      union all
      select ${at}, ${started}, null, jsonb_build_object('replacement', id::text) from begun
    ), woken as (
      select pg_notify('certmill_work', '') from begun
    )`;
}

/** Which of these keys, by their fingerprints, no certificate may be for. */
export async function findRefused(db: Db, spkis: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom("refused_key")
    .select("spki")
    .where("spki", "in", [...spkis, ""])
    .execute();
  return new Set(rows.map(({ spki }) => spki));
}
