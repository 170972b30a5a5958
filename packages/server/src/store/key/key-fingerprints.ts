/** Of certificates that were stored before their keys' fingerprints were kept, or by others. */
import { sql } from "kysely";
import type { Db } from "../database.ts";

/** Index: `certificate_without_spki`. */
export async function readWithoutFingerprint(
  db: Db,
  limit: number,
): Promise<readonly { readonly id: string; readonly chainPem: string }[]> {
  const { rows } = await sql<{ id: string; chain_pem: string }>`
    select id, chain_pem from certificate where spki is null order by id limit ${limit}`.execute(db);
  return rows.map(({ id, chain_pem }) => ({ id, chainPem: chain_pem }));
}

/** @param fingerprints by certificate; `""`: the chain cannot be read. */
export async function storeFingerprints(db: Db, fingerprints: ReadonlyMap<string, string>): Promise<void> {
  await sql`
    update certificate set spki = read.spki
    from unnest(${[...fingerprints.keys()]}::bigint[], ${[...fingerprints.values()]}::text[]) as read (id, spki)
    where certificate.id = read.id`.execute(db);
}

/**
 * The fingerprint of the key of the certificate with this serial number, the newest of them: CAs number each by itself.
 *
 * @returns null when there is none, or its chain was not read yet. Index: `certificate_by_serial`.
 */
export async function findKey(db: Db, serial: string): Promise<string | null> {
  const row = await db
    .selectFrom("certificate")
    .select("spki")
    .where("serial", "=", serial)
    .where("spki", "<>", "")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.spki ?? null;
}
