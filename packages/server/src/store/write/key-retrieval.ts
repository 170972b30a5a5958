/** Private keys that leave are written down before they do: each an event. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { ByWhom } from "../by-whom.ts";
import { type Db, timestamp } from "../database.ts";
import type { SealedCertificate } from "../read/certificates.ts";
import type { Sealed } from "../secrets.ts";

/** Writes down that a person has taken a key out. */
export async function recordKeyExport(
  db: Db,
  taken: {
    readonly lineageId: string;
    readonly certificateId: string;
    readonly by: ByWhom;
    readonly now: Instant;
  },
): Promise<void> {
  const { lineageId, certificateId, by, now } = taken;
  const detail = JSON.stringify({ certificateId, ...by, edge: null, edgeId: null });
  await db
    .insertInto("event")
    .values({ at: timestamp(now), kind: "key.retrieved", lineage_id: lineageId, detail })
    .execute();
}

/** An edge that takes keys. */
export interface Retriever {
  readonly edgeGroupId: string;
  /** Null: it has not said which one it is. */
  readonly edge: { readonly id: string; readonly name: string } | null;
  /** The bearer token that it came with, by its name; null: it came with its own key. */
  readonly token: string | null;
}

export type RetrievedCertificate = Omit<SealedCertificate, "key"> & { readonly key: Sealed };

/**
 * Those of these certificates that the edge's group serves, with their keys as they are stored, and an event for each: one
 * statement, so that no key is read that is not written down. One whose key is destroyed is left out.
 */
export async function retrieveKeyPairs(
  db: Db,
  { edgeGroupId, edge, token }: Retriever,
  wanted: { readonly ids: readonly string[]; readonly now: Instant },
): Promise<RetrievedCertificate[]> {
  const { rows } = await sql<RetrievedRow>`
    with found as (
      select certificate.id, certificate.lineage_id, certificate.names, certificate.chain_pem, secret.kek_id,
        secret.wrapped_key, secret.ciphertext
      from certificate
        join lineage on lineage.id = certificate.lineage_id
        join secret on secret.id = certificate.key_secret_id
      where certificate.id = any(${[...wanted.ids]}::bigint[]) and lineage.edge_group_id = ${edgeGroupId}
        and lineage.state <> 'removed'
    ), told as (
      insert into event (at, kind, lineage_id, detail)
      select ${timestamp(wanted.now)}, 'key.retrieved', lineage_id,
        jsonb_build_object('certificateId', id::text, 'token', ${token}::text, 'edge', ${edge?.name ?? null}::text,
          'edgeId', ${edge?.id ?? null}::text)
      from found
    )
    select * from found order by id`.execute(db);
  return rows.map(({ kek_id, wrapped_key, ciphertext, ...certificate }) => ({
    ...certificate,
    key: { kekId: kek_id, wrappedKey: wrapped_key, ciphertext },
  }));
}

interface RetrievedRow extends Omit<RetrievedCertificate, "key"> {
  readonly kek_id: string;
  readonly wrapped_key: Uint8Array;
  readonly ciphertext: Uint8Array;
}
