import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "../database.ts";
import type { KeyType } from "../schema/key.ts";

/** The certificates that a lineage has, or had. */
export interface Standing {
  /** When the one that is served begins; null: there is none. */
  readonly servedFrom: Instant | null;
  readonly fingerprints: ReadonlySet<string>;
  readonly keyType: KeyType;
  /** What its domain says of having a pair; null: nothing. */
  readonly paired: boolean | null;
  /** The other of its pair; null: there is none. */
  readonly twin: TwinStanding | null;
}

export interface TwinStanding extends Pick<Standing, "servedFrom" | "fingerprints"> {
  /** null: it is about to be made. */
  readonly lineageId: string | null;
}

/**
 * Holds these lineages until the transaction ends, so that none gets another certificate or order meanwhile, and tells
 * what they have; their twins, too. Indexes: `certificate_by_lineage`, `lineage_twins`.
 */
export async function holdStandings(
  trx: Db,
  lineageIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  if (lineageIds.length === 0) return new Map();
  await trx
    .selectFrom("lineage")
    .select("id")
    .where((where) => where.or([where("id", "in", lineageIds), where("twin_of", "in", lineageIds)]))
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();
  return readStandings(trx, lineageIds);
}

interface Row {
  readonly id: string;
  readonly key_type: KeyType;
  readonly paired: boolean | null;
  readonly served_from: Instant | null;
  readonly fingerprints: string[];
  readonly twin_id: string | null;
  readonly twin_served_from: Instant | null;
  readonly twin_fingerprints: string[];
}

export async function readStandings(
  db: Db,
  lineageIds: readonly string[],
): Promise<ReadonlyMap<string, Standing>> {
  const { rows } = await sql<Row>`
    select lineage.id, lineage.key_type, lineage.paired, served.not_before as served_from,
      array(select fingerprint from certificate where certificate.lineage_id = lineage.id) as fingerprints,
      twin.id as twin_id, of_twin.not_before as twin_served_from,
      array(select fingerprint from certificate where certificate.lineage_id = twin.id) as twin_fingerprints
    from lineage left join certificate served on served.id = lineage.certificate_id
      left join lineage twin on twin.twin_of = lineage.id and twin.state <> 'removed'
      left join certificate of_twin on of_twin.id = twin.certificate_id
    where lineage.id = any(${[...lineageIds]}::bigint[])`.execute(db);
  return new Map(rows.map((row) => [row.id, standingOf(row)]));
}

const standingOf = (row: Row): Standing => ({
  servedFrom: row.served_from,
  fingerprints: new Set(row.fingerprints),
  keyType: row.key_type,
  paired: row.paired,
  twin:
    row.twin_id === null
      ? null
      : {
          lineageId: row.twin_id,
          servedFrom: row.twin_served_from,
          fingerprints: new Set(row.twin_fingerprints),
        },
});

/** The twins of lineages that have one, by theirs. Index: `lineage_twin`. */
export async function findTwins(db: Db, lineageIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ id: string; twin_of: string }>`
    select id, twin_of from lineage
    where twin_of = any(${[...lineageIds]}::bigint[]) and state <> 'removed'`.execute(db);
  return new Map(rows.map(({ id, twin_of: of }) => [of, id]));
}
