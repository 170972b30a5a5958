import type { CaStatus, Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../database.ts";
import { homeCaId } from "../home-ca.ts";

export interface CaRow {
  readonly id: string;
  /** The CA that keeps what is counted over all accounts: this one, or an earlier one with the same directory. */
  readonly home_id: string;
  readonly name: string;
  readonly directory_url: string;
  readonly name_policy: "public" | "private";
  readonly max_orders_in_flight: number;
  readonly is_default: boolean;
  readonly weight: number;
  /** A name of domain's limit sets. */
  readonly limit_set: string;
  readonly caa_identities: string[];
  readonly profiles: string[];
  readonly profile: string | null;
  /** What its status page says of it, and when that was read; null: never. */
  readonly status_hint: CaStatus;
  readonly status_read_at: Instant | null;
  /** Nothing is planned there before; null, or past: it is well. */
  readonly slow_until: Instant | null;
  /** The circuit breaker's memory, as the domain package writes it. */
  readonly health: unknown;
  readonly account_id: string | null;
  readonly account_url: string | null;
  readonly account_thumbprint: string | null;
  readonly contact: string[] | null;
  readonly created_at: Instant;
}

const selectCas = (db: Db) =>
  db
    .selectFrom("ca")
    .leftJoin("account", "account.ca_id", "ca.id")
    .select([
      "ca.id",
      homeCaId.as("home_id"),
      "ca.name",
      "ca.directory_url",
      "ca.name_policy",
      "ca.max_orders_in_flight",
      "ca.is_default",
      "ca.weight",
      "ca.limit_set",
      "ca.caa_identities",
      "ca.profiles",
      "ca.profile",
      "ca.status_hint",
      "ca.status_read_at",
      "ca.slow_until",
      "ca.health",
      "ca.created_at",
      "account.id as account_id",
      "account.url as account_url",
      "account.thumbprint as account_thumbprint",
      "account.contact",
    ]);

/** By name. */
export async function listCas(db: Db, page: { after: string | null; limit: number }): Promise<CaRow[]> {
  return selectCas(db)
    .$if(page.after !== null, (query) => query.where("ca.name", ">", page.after))
    .orderBy("ca.name")
    .limit(page.limit)
    .execute();
}

export async function findCa(db: Db, name: string): Promise<CaRow | null> {
  return (await selectCas(db).where("ca.name", "=", name).executeTakeFirst()) ?? null;
}

/** In any order. */
export const readCasById = async (db: Db, ids: readonly string[]): Promise<readonly CaRow[]> =>
  selectCas(db)
    .where("ca.id", "in", [...ids])
    .execute();

/** The names of the CAs whose ids an expression has, in their order; null where it is null. */
export const namesOfCas = (ids: RawBuilder<unknown>): RawBuilder<string[] | null> => sql<string[] | null>`
  case when ${ids} is null then null else array(
    select ca.name from unnest(${ids}) with ordinality as of (id, place) join ca on ca.id = of.id order by place) end`;

/** Of the keys of all accounts. */
export async function readThumbprints(db: Db): Promise<readonly string[]> {
  const rows = await db.selectFrom("account").select("thumbprint").distinct().execute();
  return rows.map(({ thumbprint }) => thumbprint);
}

/** The name of the CA with this account at this directory; null: there is none. */
export async function findCaOfAccount(
  db: Db,
  directoryUrl: string,
  accountUrl: string,
): Promise<string | null> {
  const row = await db
    .selectFrom("ca")
    .innerJoin("account", "account.ca_id", "ca.id")
    .select("ca.name")
    .where("ca.directory_url", "=", directoryUrl)
    .where("account.url", "=", accountUrl)
    .executeTakeFirst();
  return row?.name ?? null;
}

/** The CA that is issued from unless a domain says otherwise; null when none is set up. */
export async function findDefaultCa(db: Db): Promise<CaRow | null> {
  return (await selectCas(db).where("ca.is_default", "=", true).executeTakeFirst()) ?? null;
}

/** A CA, as far as it tells whose certificate is whose. */
export interface CaIdentity {
  readonly id: string;
  readonly directory_url: string;
  readonly account_url: string | null;
  readonly weight: number;
  readonly name_policy: "public" | "private";
}

/** All CAs, the first one first. */
export async function listCaIdentities(db: Db): Promise<readonly CaIdentity[]> {
  return db
    .selectFrom("ca")
    .leftJoin("account", "account.ca_id", "ca.id")
    .select(["ca.id", "ca.directory_url", "account.url as account_url", "ca.weight", "ca.name_policy"])
    .orderBy("ca.id")
    .execute();
}

/** Every certificate profile that some CA offers, by name. */
export async function readProfiles(db: Db): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("ca")
    .select((eb) => eb.fn<string>("unnest", ["profiles"]).as("profile"))
    .distinct()
    .orderBy("profile")
    .execute();
  return rows.map(({ profile }) => profile);
}

export async function findEdgeGroupId(db: Db, name: string): Promise<string | null> {
  const row = await db.selectFrom("edge_group").select("id").where("name", "=", name).executeTakeFirst();
  return row?.id ?? null;
}

export interface CaDirectory {
  readonly name: string;
  readonly directoryUrl: string;
  /** Roots that its HTTPS is verified against; null: the system's. */
  readonly rootPem: string | null;
}

/** Of every CA, by name: where it is asked. */
export async function listCaDirectories(db: Db): Promise<CaDirectory[]> {
  return db
    .selectFrom("ca")
    .select(["name", "directory_url as directoryUrl", "root_pem as rootPem"])
    .orderBy("name")
    .execute();
}
