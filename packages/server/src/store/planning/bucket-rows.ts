import { type BucketBook, type BucketName, isLimitName, type NamedEntry } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { BucketTable } from "../schema/ledger.ts";

type StoredBucket = Pick<BucketTable, "ca_id" | "limit_name" | "key" | "full_at"> & {
  reserved: number;
  turns: NamedEntry["turns"];
  promised_until: number;
};

/**
 * Reads the named buckets into the book. Only the planner does, who has the planner's row; corrections come to it as
 * ledger entries, so that the rows need no lock of their own. Index: the primary key.
 */
export async function loadBuckets(
  trx: Db,
  book: BucketBook,
  names: readonly (BucketName & { readonly caId: string })[],
): Promise<void> {
  const unknown = names.filter(({ caId, limit, key }) => !book.has(caId, { limit, key }));
  if (unknown.length === 0) return;
  const { rows } = await sql<StoredBucket>`
    select bucket.* from unnest(
      ${unknown.map(({ caId, limit }) => book.keeperOf(caId, limit))}::bigint[],
      ${unknown.map(({ limit }) => limit)}::text[],
      ${unknown.map(({ key }) => key)}::text[]
    ) as named (ca_id, limit_name, key)
    join bucket on bucket.ca_id = named.ca_id and bucket.limit_name = named.limit_name
      and bucket.key = named.key`.execute(trx);
  book.load(rows.flatMap(entryOf));
}

function entryOf(row: StoredBucket): NamedEntry[] {
  const { ca_id: caId, limit_name: limit, key, full_at: fullAt, reserved, turns } = row;
  if (!isLimitName(limit)) return [];
  return [{ caId, limit, key, bucket: { fullAt, reserved }, turns, promisedUntil: row.promised_until }];
}

/** Stores what changed, in the order of the primary key. */
export async function saveBuckets(trx: Db, book: BucketBook): Promise<void> {
  const changed = book.changed();
  if (changed.length === 0) return;
  await sql`
    insert into bucket (ca_id, limit_name, key, full_at, reserved, turns, promised_until)
    select * from unnest(
      ${changed.map(({ caId }) => caId)}::bigint[],
      ${changed.map(({ limit }) => limit)}::text[],
      ${changed.map(({ key }) => key)}::text[],
      ${changed.map(({ bucket }) => bucket.fullAt)}::float8[],
      ${changed.map(({ bucket }) => bucket.reserved)}::integer[],
      ${changed.map(({ turns }) => JSON.stringify(turns))}::jsonb[],
      ${changed.map(({ promisedUntil }) => promisedUntil)}::float8[]
    )
    on conflict (ca_id, limit_name, key) do update set full_at = excluded.full_at,
      reserved = excluded.reserved, turns = excluded.turns, promised_until = excluded.promised_until`.execute(
    trx,
  );
}
