/** Which certificates a mass replacement is about: those that are held now, by where they are from. */
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../database.ts";

/** All that are named must hold; none is named where a list is sent. */
export interface Selection {
  /** A CA by its name. */
  readonly ca?: string;
  /** The issuer as the certificate has it, or its common name alone. */
  readonly issuer?: string;
  /** SHA-256 of the public key, lower-case hex. */
  readonly key?: string;
  /** The profile that its order asked for. */
  readonly profile?: string;
}

export const isList = (selection: Selection): boolean => Object.keys(selection).length === 0;

/** Needs `certificate` in scope. */
export function isSelected({ ca, issuer, key, profile }: Selection): RawBuilder<unknown> {
  const conditions = [
    ca === undefined ? null : sql`certificate.ca_id = (select id from ca where name = ${ca})`,
    issuer === undefined
      ? null
      : sql`(certificate.issuer = ${issuer} or certificate.issuer = ${`CN=${issuer}`}
          or right(certificate.issuer, ${issuer.length + 5}::integer) = ${`, CN=${issuer}`})`,
    key === undefined ? null : sql`certificate.spki = ${key}`,
    profile === undefined
      ? null
      : sql`exists (select 1 from issuance where issuance.id = certificate.issuance_id and issuance.profile = ${profile})`,
  ].filter((condition) => condition !== null);
  return conditions.length === 0 ? sql`false` : sql.join(conditions, sql` and `);
}

/** Needs `lineage` and `certificate` in scope. Who has moved away has nothing that could be validated. */
export const isHeld = sql`lineage.certificate_id = certificate.id and lineage.state not in ('removed', 'moved')`;

export interface SelectedAt {
  /** null: it was imported, and its CA is none of those that are here. */
  readonly ca_id: string | null;
  readonly certificates: number;
  /** Of them: those whose lineage wants the very same names still. */
  readonly same_names: number;
  readonly names: number;
}

/** Looks at all certificates that are held: for a person's look, not for a loop. */
export const countSelected = (db: Db, selection: Selection): Promise<readonly SelectedAt[]> =>
  countByCa(
    db,
    sql`from lineage join certificate on certificate.id = lineage.certificate_id
      where ${isHeld} and ${isSelected(selection)}`,
  );

/** Of a list: those that were added to it. */
export const countListed = (db: Db, replacementId: string): Promise<readonly SelectedAt[]> =>
  countByCa(
    db,
    sql`from replacement_item item
      join certificate on certificate.id = item.certificate_id join lineage on lineage.id = item.lineage_id
      where item.replacement_id = ${replacementId} and item.replaced_at is null`,
  );

async function countByCa(db: Db, from: RawBuilder<unknown>): Promise<readonly SelectedAt[]> {
  const { rows } = await sql<{
    ca_id: string | null;
    certificates: string;
    same_names: string;
    names: string;
  }>`
    select certificate.ca_id, count(*) as certificates,
      count(*) filter (where certificate.names = lineage.names) as same_names,
      sum(cardinality(lineage.names)) as names
    ${from} group by certificate.ca_id order by certificate.ca_id`.execute(db);
  return rows.map(({ ca_id, certificates, same_names, names }) => ({
    ca_id,
    certificates: Number(certificates),
    same_names: Number(same_names),
    names: Number(names),
  }));
}
