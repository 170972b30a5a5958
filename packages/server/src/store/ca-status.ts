/** What the CAs' status pages say, read by one process for all. */
import { type CaStatus, type Duration, type Instant, instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";

export interface StatusRead {
  readonly caId: string;
  readonly caName: string;
  readonly directoryHost: string;
  /** What was read last. */
  readonly before: CaStatus;
}

/**
 * The CAs whose pages are to be read now, by this process: no other gets the same within `every`.
 *
 * @param hosts those of directories that have a page.
 */
export async function claimStatusReads(
  db: Db,
  {
    hosts,
    every,
    now,
  }: { readonly hosts: readonly string[]; readonly every: Duration; readonly now: Instant },
): Promise<readonly StatusRead[]> {
  const host = sql<string>`split_part(split_part(directory_url, '/', 3), ':', 1)`;
  const rows = await db
    .updateTable("ca")
    .set({ status_read_at: timestamp(now) })
    .where(host, "in", hosts)
    .where(sql<boolean>`status_read_at is null or status_read_at <= ${timestamp(instant(now - every))}`)
    .returning(["id", "name", "status_hint", host.as("host")])
    .execute();
  return rows.map((row) => ({
    caId: row.id,
    caName: row.name,
    directoryHost: row.host,
    before: row.status_hint,
  }));
}

export async function storeStatus(db: Db, caId: string, status: CaStatus): Promise<void> {
  await db.updateTable("ca").set({ status_hint: status }).where("id", "=", caId).execute();
}
