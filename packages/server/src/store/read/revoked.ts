import type { Db } from "../database.ts";

/** Whether a certificate that is here is revoked. @param serial of it, as it is stored. Index: `certificate_by_serial`. */
export async function isRevoked(
  db: Db,
  { serial, fingerprint }: { readonly serial: string; readonly fingerprint: string },
): Promise<boolean> {
  const row = await db
    .selectFrom("certificate")
    .select("id")
    .where("serial", "=", serial)
    .where("fingerprint", "=", fingerprint)
    .where("revoked_at", "is not", null)
    .executeTakeFirst();
  return row !== undefined;
}
