/** The events that webhooks tell, in the order of the feed (feed-position.ts). */
import { type EventDetail, type Instant, movingKinds, type ToldCertificate } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../database.ts";

/** All events up to and with this one; transaction ids and event ids are decimal strings. */
export interface WebhookPlace {
  readonly xact: string;
  readonly id: string;
}

/** For receivers: opaque, and the installation's own. */
export const cursorText = ({
  installation,
  xact,
  id,
}: WebhookPlace & { readonly installation: string }): string => `${installation}.${xact}.${id}`;

/** @returns null for what is no cursor. */
export function parseCursor(text: string): (WebhookPlace & { readonly installation: string }) | null {
  const [, installation = "", xact = "", id = ""] =
    /^([0-9a-f-]{36})\.(\d{1,18})\.(\d{1,18})$/.exec(text) ?? [];
  return installation === "" ? null : { installation, xact, id };
}

export const isBefore = (one: WebhookPlace, other: WebhookPlace): boolean =>
  BigInt(one.xact) === BigInt(other.xact)
    ? BigInt(one.id) < BigInt(other.id)
    : BigInt(one.xact) < BigInt(other.xact);

/** Right before an event: no other is between. */
export const placeBefore = ({ xact, id }: WebhookPlace): WebhookPlace => ({
  xact,
  id: (BigInt(id) - 1n).toString(),
});

/** The steps on the way, of which no message is sent. Letter by letter the condition of the index `event_told`. */
const isNoStep: RawBuilder<unknown> = sql`event.kind not in ('order.created', 'challenge.published', 'validated',
  'finalized', 'issuance.delayed', 'key.retrieved')`;

/** Events of transactions that are over, and after which no earlier one can come. */
const isFinal: RawBuilder<unknown> = sql`event.xact < pg_snapshot_xmin(pg_current_snapshot())`;

/** Final events after a place, steps left out. Index: `event_told`. */
export const toldAfter = (xact: RawBuilder<unknown>, id: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(event.xact, event.id) > (${xact}, ${id}) and ${isFinal} and ${isNoStep}`;

const toldAfterPlace = ({ xact, id }: WebhookPlace): RawBuilder<unknown> =>
  toldAfter(sql`${xact}::xid8`, sql`${id}::bigint`);

/** An event as it passes by, before it is known whether it is told. */
export interface FeedEvent {
  readonly place: WebhookPlace;
  readonly kind: string;
  /** Null: it is about no domain. */
  readonly lineageId: string | null;
  readonly tenantId: string | null;
}

interface FeedRow {
  xact: string;
  id: string;
  kind: string;
  lineage_id: string | null;
  tenant_id: string | null;
}

const feedEvent = (row: FeedRow): FeedEvent => ({
  place: { xact: row.xact, id: row.id },
  kind: row.kind,
  lineageId: row.lineage_id,
  tenantId: row.tenant_id,
});

/** The next `limit` after a place. */
export async function scanFeed(db: Db, after: WebhookPlace, limit: number): Promise<readonly FeedEvent[]> {
  const { rows } = await sql<FeedRow>`
    select event.xact::text, event.id, event.kind, event.lineage_id, lineage.tenant_id
    from (
      select event.xact, event.id, event.kind, event.lineage_id from event
      where ${toldAfterPlace(after)} order by event.xact, event.id limit ${limit}
    ) event left join lineage on lineage.id = event.lineage_id
    order by event.xact, event.id`.execute(db);
  return rows.map(feedEvent);
}

/** The same of one lineage (null: of none), up to and with another place. Index: `event_by_lineage`, or `event_told`. */
export async function scanLineage(
  db: Db,
  wanted: { readonly lineageId: string | null; readonly after: WebhookPlace; readonly upTo: WebhookPlace },
  limit: number,
): Promise<readonly FeedEvent[]> {
  const { lineageId, after, upTo } = wanted;
  const { rows } = await sql<FeedRow>`
    select event.xact::text, event.id, event.kind, event.lineage_id, lineage.tenant_id
    from event left join lineage on lineage.id = event.lineage_id
    where ${lineageId === null ? sql`event.lineage_id is null` : sql`event.lineage_id = ${lineageId}`}
      and ${toldAfterPlace(after)}
      and (event.xact, event.id) <= (${upTo.xact}::xid8, ${upTo.id}::bigint)
    order by event.xact, event.id limit ${limit}`.execute(db);
  return rows.map(feedEvent);
}

/** What a message says of an event. */
export interface ToldEvent {
  readonly id: string;
  readonly at: Instant;
  readonly detail: EventDetail;
  /** Null: it is about no domain. */
  readonly names: readonly string[] | null;
  readonly tenant: string | null;
  readonly ofTwin: boolean;
  /** When the domain's first certificate was stored; null: it has had none. */
  readonly firstStoredAt: Instant | null;
  /** The last event before it that moved the domain. */
  readonly before: { readonly kind: string; readonly at: Instant; readonly toEdges: boolean } | null;
  readonly certificate: ToldCertificate | null;
}

interface ToldRow {
  id: string;
  at: Instant;
  detail: EventDetail;
  names: string[] | null;
  tenant: string | null;
  of_twin: boolean;
  first_stored_at: Instant | null;
  before_kind: string | null;
  before_at: Instant | null;
  before_to_edges: boolean | null;
  certificate_id: string | null;
  serial: string;
  issuer: string;
  not_before: Instant;
  not_after: Instant;
}

/** By the events' ids. An issued certificate is the event's own, any other the one that is held now. */
export async function readToldEvents(
  db: Db,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ToldEvent>> {
  if (ids.length === 0) return new Map();
  const { rows } = await sql<ToldRow>`
    select event.id, event.at, event.detail, lineage.names, tenant.name as tenant,
      coalesce(lineage.twin_of is not null, false) as of_twin, first.stored_at as first_stored_at,
      before.kind as before_kind, before.at as before_at, before.to_edges as before_to_edges, certificate.id as certificate_id, certificate.serial,
      certificate.issuer, certificate.not_before, certificate.not_after
    from event
      left join lineage on lineage.id = event.lineage_id
      left join tenant on tenant.id = lineage.tenant_id
      left join lateral (
        select stored_at from certificate where lineage_id = event.lineage_id order by id limit 1
      ) first on true
      left join lateral (
        select earlier.kind, earlier.at, coalesce((earlier.detail->>'toEdges')::boolean, false) as to_edges
        from event earlier
        where earlier.lineage_id = event.lineage_id and earlier.id < event.id
          and earlier.kind = any(${[...movingKinds]}::text[])
        order by earlier.id desc limit 1
      ) before on true
      left join certificate issued on event.kind = 'certificate.stored' and issued.issuance_id = event.issuance_id
      left join certificate on certificate.id = coalesce(issued.id, lineage.certificate_id)
    where event.id = any(${[...ids]}::bigint[])`.execute(db);
  return new Map(rows.map((row) => [row.id, toldEvent(row)]));
}

const toldEvent = (row: ToldRow): ToldEvent => ({
  id: row.id,
  at: row.at,
  detail: row.detail,
  names: row.names,
  tenant: row.tenant,
  ofTwin: row.of_twin,
  firstStoredAt: row.first_stored_at,
  before:
    row.before_kind === null || row.before_at === null
      ? null
      : { kind: row.before_kind, at: row.before_at, toEdges: row.before_to_edges === true },
  certificate:
    row.certificate_id === null
      ? null
      : {
          id: row.certificate_id,
          serial: row.serial,
          issuer: row.issuer,
          notBefore: row.not_before,
          notAfter: row.not_after,
        },
});

/** How many final events are after a place, `most` at most, and when the first of them happened (null: there is none). */
export async function readBehind(
  db: Db,
  after: WebhookPlace,
  most: number,
): Promise<{ readonly count: number; readonly oldest: Instant | null }> {
  const { rows } = await sql<{ count: number; oldest: Instant | null }>`
    select count(*)::int as count, min(at) as oldest from (
      select at from event where ${toldAfterPlace(after)} order by event.xact, event.id limit ${most}
    ) behind`.execute(db);
  return rows[0] ?? { count: 0, oldest: null };
}

/** The end of the feed as it is now: everything before it is final. */
export async function readFeedEnd(db: Db): Promise<WebhookPlace & { readonly installation: string }> {
  const { rows } = await sql<{ installation: string; xact: string }>`
    select id::text as installation, pg_snapshot_xmin(pg_current_snapshot())::text as xact from installation`.execute(
    db,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("The table installation has lost its row.");
  return { ...row, id: "0" };
}

/**
 * A place from which everything since an instant is told: the events' ids rise nearly with their time, so it is searched
 * by halving. Some that happened shortly before may come, too.
 */
export async function placeAt(db: Db, at: Instant): Promise<WebhookPlace> {
  const { rows } = await sql<{ low: string; high: string }>`
    select coalesce(min(id), 0)::text as low, coalesce(max(id), 0)::text as high from event`.execute(db);
  let low = BigInt(rows[0]?.low ?? "0");
  let high = BigInt(rows[0]?.high ?? "0") + 1n;
  while (low < high) {
    const middle = (low + high) / 2n;
    const found = await firstFrom(db, middle);
    if (found === null || found.at >= at) high = middle;
    else low = BigInt(found.id) + 1n;
  }
  // A transaction that began earlier may have written its events later.
  const around = low > spread ? low - spread : 0n;
  const { rows: first } = await sql<{ xact: string }>`
    select min(xact)::text as xact from (
      select xact from event where id >= ${around.toString()}::bigint order by id limit ${Number(spread) * 2}
    ) near`.execute(db);
  return { xact: first[0]?.xact ?? (await readFeedEnd(db)).xact, id: "0" };
}

const spread = 100n;

async function firstFrom(db: Db, id: bigint): Promise<{ id: string; at: Instant } | null> {
  const row = await db
    .selectFrom("event")
    .select(["id", "at"])
    .where("id", ">=", id.toString())
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row ?? null;
}
