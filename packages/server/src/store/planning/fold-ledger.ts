import {
  type BucketBook,
  type Correction,
  foldChange,
  type Instant,
  instant,
  isBucketChange,
  type LedgerChange,
  observe,
} from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { loadBuckets } from "./bucket-rows.ts";
import { type Pool, type PoolCa, saveState } from "./read-pool.ts";

/** What the operator should know of: our ledger and the CA differ, or the CA's state has changed. */
export type LedgerNews =
  | ({ readonly kind: "corrected"; readonly ca: string } & Correction)
  | { readonly kind: "slowed"; readonly ca: string; readonly until: Instant };

interface EntryRow {
  ca_id: string;
  at: Instant;
  change: LedgerChange;
}

/** Entries in one round; what is more comes with the next. */
const mostEntries = 5_000;

/** Puts what has happened since the last planning into the book and the CAs' states, and forgets it. */
export async function foldLedger(
  trx: Db,
  { book, pool, now }: { readonly book: BucketBook; readonly pool: Pool; readonly now: Instant },
): Promise<readonly LedgerNews[]> {
  const { rows } = await sql<EntryRow & { id: string }>`
    delete from ledger_entry where id in (
      select id from ledger_entry order by id limit ${mostEntries} for update skip locked
    ) returning id, ca_id, at, change`.execute(trx);
  if (rows.length === 0) return [];
  rows.sort((a, b) => a.at - b.at || Number(a.id) - Number(b.id));
  const named = rows.flatMap(({ ca_id: caId, change }) =>
    isBucketChange(change) ? [{ caId, limit: change.limit, key: change.key }] : [],
  );
  await loadBuckets(trx, book, named);
  const news = rows.flatMap((row) => fold(row, { book, pool, now }));
  for (const ca of pool.all()) if (ca.touched) await saveState(trx, ca);
  await tell(trx, news, now);
  return news;
}

function fold(
  { ca_id: caId, at, change }: EntryRow,
  { book, pool, now }: { readonly book: BucketBook; readonly pool: Pool; readonly now: Instant },
): LedgerNews[] {
  const ca = pool.find(caId);
  if (ca === undefined) return [];
  if (isBucketChange(change)) {
    const correction = foldChange(book, caId, change, { limit: ca.limitFor(change), at });
    return correction === null ? [] : [{ kind: "corrected", ca: ca.name, ...correction }];
  }
  switch (change.kind) {
    case "slowed":
      return slow(ca, change.until, now);
    case "answered":
    case "failed":
      ca.health = observe(ca.health, change.kind, at);
      ca.touched = true;
      return [];
  }
}

function slow(ca: PoolCa, until: Instant, now: Instant): LedgerNews[] {
  if (until <= now || (ca.slowUntil !== null && ca.slowUntil >= until)) return [];
  const isNews = ca.slowUntil === null || ca.slowUntil <= now;
  ca.slowUntil = instant(until);
  ca.touched = true;
  return isNews ? [{ kind: "slowed", ca: ca.name, until }] : [];
}

async function tell(trx: Db, news: readonly LedgerNews[], now: Instant): Promise<void> {
  if (news.length === 0) return;
  await trx
    .insertInto("event")
    .values(
      news.map(({ kind, ...detail }) => ({
        at: timestamp(now),
        kind: kind === "corrected" ? "budget.corrected" : "ca.slowed",
        detail: JSON.stringify(detail),
      })),
    )
    .execute();
}
