import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";

/** The certificates that a lineage has, or had. */
export interface Standing {
  /** When the one that is served begins; null: there is none. */
  readonly servedFrom: Instant | null;
  readonly fingerprints: ReadonlySet<string>;
}

/**
 * Holds these lineages until the transaction ends, so that none gets another certificate or order meanwhile, and tells
 * what they have. Index: `certificate_by_lineage`.
 */
export async function holdStandings(
  trx: Db,
  lineageIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  if (lineageIds.length === 0) return new Map();
  await trx
    .selectFrom("lineage")
    .select("id")
    .where("id", "in", lineageIds)
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
  return readStandings(trx, lineageIds);
}

export async function readStandings(
  db: Db,
  lineageIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const { rows } = await sql<{ id: string; served_from: Instant | null; fingerprints: string[] }>`
    select lineage.id, served.not_before as served_from,
      array(select fingerprint from certificate where certificate.lineage_id = lineage.id) as fingerprints
    from lineage left join certificate served on served.id = lineage.certificate_id
    where lineage.id = any(${[...lineageIds]}::bigint[])`.execute(db);
  return new Map(
    rows.map(({ id, served_from: servedFrom, fingerprints }) => [
      id,
      { servedFrom, fingerprints: new Set(fingerprints) },
    ]),
  );
}
