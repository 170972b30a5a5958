import {
  type DnsName,
  type Duration,
  hours,
  type Instant,
  instant,
  registeredDomain,
} from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { ServedLineage } from "../read/edge-feed.ts";

/** What an edge group has for a name; see the operation `demandCertificate`. */
export type DemandOutcome =
  | { readonly kind: "served"; readonly served: ServedLineage }
  | { readonly kind: "begun" | "waiting"; readonly coveredBy: "name" | "wildcard" }
  | { readonly kind: "unknown" };

interface DemandOptions {
  /** As it came in a handshake, in lower case. */
  readonly name: string;
  readonly edgeGroupId: string;
  /** First certificates that may be begun for a registered domain in an hour. */
  readonly perDomain: number;
  readonly now: Instant;
}

const hour: Duration = hours(1);

/**
 * Looks a name up for a handshake. A domain that was never tried, or whose check is waited for, is taken up at once: once an
 * hour, whoever else asks. One that failed is not: handshakes come from anyone, and a try costs what the CA counts.
 */
export async function demandLineage(db: Db, demand: DemandOptions): Promise<DemandOutcome> {
  const found = await findByName(db, demand);
  if (found === null) return { kind: "unknown" };
  const {
    lineage_id: lineageId,
    certificate_id,
    serial,
    not_after,
    names,
    coveredBy,
    mayBegin,
    wasBegun,
  } = found;
  if (certificate_id !== null && serial !== null && not_after !== null) {
    return {
      kind: "served",
      served: { lineage_id: lineageId, names, twin_of: null, certificate_id, serial, not_after },
    };
  }
  if (wasBegun) return { kind: "begun", coveredBy };
  if (!mayBegin) return { kind: "waiting", coveredBy };
  return await db.transaction().execute(async (trx) => {
    // Held first: of many edges that ask at once only one is to be counted.
    const held = await trx
      .selectFrom("lineage")
      .select("demanded_at")
      .where("id", "=", lineageId)
      .forNoKeyUpdate()
      .executeTakeFirstOrThrow();
    if (isLately(held.demanded_at, demand.now)) return { kind: "begun", coveredBy };
    if (!(await spend(trx, demand))) return { kind: "waiting", coveredBy };
    await begin(trx, { ...demand, lineageId });
    return { kind: "begun", coveredBy };
  });
}

/** The name itself first, then the wildcard above it. Index: the primary key of `domain`. */
async function findByName(db: Db, { name, edgeGroupId, now }: DemandOptions) {
  const wildcard = `*${name.slice(Math.max(0, name.indexOf(".")))}`;
  const row = await db
    .selectFrom("domain")
    .innerJoin("lineage", "lineage.id", "domain.lineage_id")
    .leftJoin("certificate", "certificate.id", "lineage.certificate_id")
    .select([
      "domain.name",
      "lineage.id as lineage_id",
      "lineage.names",
      "lineage.state",
      "lineage.failures",
      "lineage.demanded_at",
      "certificate.id as certificate_id",
      "certificate.serial",
      "certificate.not_after",
    ])
    .where("domain.name", "in", [name, wildcard])
    .where("lineage.edge_group_id", "=", edgeGroupId)
    .where("lineage.state", "<>", "removed")
    .orderBy(sql`domain.name = ${name}`, "desc")
    .limit(1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { state, failures, demanded_at: at } = row;
  return {
    ...row,
    coveredBy: row.name === name ? ("name" as const) : ("wildcard" as const),
    mayBegin: state === "waiting" && failures === 0,
    wasBegun: state === "issuing" || isLately(at, now),
  };
}

const isLately = (at: Instant | null, now: Instant): boolean => at !== null && at > now - hour;

/** Counts one more for the registered domain, if there is room for it in this hour. */
async function spend(trx: Db, { name, perDomain, now }: DemandOptions): Promise<boolean> {
  if (perDomain === 0) return false;
  const at = timestamp(now);
  const isOver = sql`demand.since <= ${timestamp(instant(now - hour))}`;
  const { rows } = await sql`
    insert into demand (registered_domain, since, begun) values (${registeredDomain(name as DnsName)}, ${at}, 1)
    on conflict (registered_domain) do update set
      since = case when ${isOver} then excluded.since else demand.since end,
      begun = case when ${isOver} then 1 else demand.begun + 1 end
    where ${isOver} or demand.begun < ${perDomain}
    returning 1`.execute(trx);
  return rows.length > 0;
}

/** A check that is waited for comes first, and lets the order go; a campaign that has it loses it: somebody waits. */
async function begin(
  trx: Db,
  { lineageId, name, now }: DemandOptions & { lineageId: string },
): Promise<void> {
  const at = timestamp(now);
  const isChecked: RawBuilder<boolean> = sql`exists (select 1 from lineage_check where lineage_id = lineage.id and holds_order)`;
  await sql`
    with begun as (
      update lineage set demanded_at = ${at}, wanted_at = least(wanted_at, ${at}), campaign_id = null, held = false,
        wake_at = case when ${isChecked} then wake_at else ${at} end
      where id = ${lineageId} and state = 'waiting' and failures = 0
        and (demanded_at is null or demanded_at <= ${timestamp(instant(now - hour))})
        and not exists (select 1 from issuance where lineage_id = lineage.id and ended_at is null)
      returning id
    ), looked_at as (
      update lineage_check set wake_at = ${at}, rank = 0 from begun where lineage_id = begun.id and holds_order
    ), told as (
      insert into event (at, kind, lineage_id, detail)
      select ${at}, 'domain.demanded', id, jsonb_build_object('name', ${name}::text) from begun
    )
    select count(pg_notify('certmill_work', '')) from begun`.execute(trx);
}
