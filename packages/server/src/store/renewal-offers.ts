/** What the CAs offer, as their directories say: renewal information, and certificate profiles. */
import { type Duration, hours, type Instant, instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "./database.ts";

export interface DirectoryRead {
  readonly caId: string;
  /** Whether it offered renewal information when it was last looked at. */
  readonly offered: boolean;
  /** And which profiles. */
  readonly profiles: readonly string[];
}

/** The CAs whose directories are to be looked at now, by this process: no other gets the same within `every`. */
export async function claimDirectoryReads(
  db: Db,
  { every, now }: { readonly every: Duration; readonly now: Instant },
): Promise<readonly DirectoryRead[]> {
  const rows = await db
    .updateTable("ca")
    .set({ directory_read_at: timestamp(now) })
    .where(sql<boolean>`directory_read_at is null or directory_read_at <= ${timestamp(instant(now - every))}`)
    .where((eb) => eb.exists(eb.selectFrom("account").select("id").whereRef("account.ca_id", "=", "ca.id")))
    .returning(["id", "offers_renewal_info", "profiles"])
    .execute();
  return rows.map(({ id, offers_renewal_info: offered, profiles }) => ({ caId: id, offered, profiles }));
}

/** Certificates that a CA has issued before we knew that it offers renewal information are asked for over so long. */
const firstPolls = hours(6);

/**
 * Has the CA's certificates asked for from now on, each at an instant of its own; or, when it offers nothing, not: those
 * that come due, and new ones, are then found to be asked for in vain, and are dropped.
 */
export async function storeOffer(
  db: Db,
  { caId, offered, now }: { readonly caId: string; readonly offered: boolean; readonly now: Instant },
): Promise<void> {
  const at = timestamp(now);
  await db.transaction().execute(async (trx) => {
    await trx.updateTable("ca").set({ offers_renewal_info: offered }).where("id", "=", caId).execute();
    if (!offered) return;
    await sql`
      update renewal set poll_at = ${at}::timestamptz + random() * ${firstPolls} * interval '1 millisecond'
      where ca_id = ${caId} and poll_at is null and not_after > ${at}`.execute(trx);
  });
}

export async function storeProfiles(db: Db, caId: string, profiles: readonly string[]): Promise<void> {
  await db
    .updateTable("ca")
    .set({ profiles: [...profiles] })
    .where("id", "=", caId)
    .execute();
}

export interface Offers {
  /** When the next certificate is to be asked for, the past included; null: none is. */
  readonly nextPollAt: Instant | null;
  /** CAs that are known to offer none. */
  readonly without: readonly string[];
}

/** Index: `renewal_due`. */
export async function readOffers(db: Db): Promise<Offers> {
  const { rows } = await sql<{ next_poll_at: Instant | null; without: string[] }>`
    select (select min(poll_at) from renewal where poll_at is not null) as next_poll_at,
      array(select id from ca where not offers_renewal_info and directory_read_at is not null) as without`.execute(
    db,
  );
  const [row] = rows;
  return { nextPollAt: row?.next_poll_at ?? null, without: row?.without ?? [] };
}
