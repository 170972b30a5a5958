/** Every event that is followed as it happens, steps among them, in the order of the feed (feed-position.ts). */
import type { EventDetail, Instant, WorkClass } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import type { Db } from "../database.ts";
import { type FeedPosition, following, forwardTo, type Horizon, readHorizon } from "./feed-position.ts";

/** Letter by letter the condition of the index `event_told`: what is told to webhooks. */
const isTold: RawBuilder<unknown> = sql`event.kind not in ('order.created', 'challenge.published', 'validated',
  'finalized', 'issuance.delayed', 'key.retrieved')`;

/** Letter by letter the condition of the index `event_step`. */
const isStep: RawBuilder<unknown> = sql`event.kind in ('order.created', 'challenge.published', 'validated',
  'finalized', 'issuance.delayed')`;

const isFinal = ({ low }: Horizon): RawBuilder<unknown> => sql`event.xact < ${low}::xid8`;

/** Two reads in order of two indexes that have each event in one of them. */
const next = (place: FeedPosition, horizon: Horizon, limit: number): RawBuilder<unknown> => sql`
  (select event.* from event where ${following(place)} and ${isFinal(horizon)} and ${isTold}
    order by event.xact, event.id limit ${limit})
  union all
  (select event.* from event where ${following(place)} and ${isFinal(horizon)} and ${isStep}
    order by event.xact, event.id limit ${limit})
  order by xact, id limit ${limit}`;

export interface LiveEventRow {
  readonly xact: string;
  readonly id: string;
  readonly at: Instant;
  readonly kind: string;
  readonly duration_ms: string | null;
  readonly detail: EventDetail;
  readonly lineage_id: string | null;
  /** The first name of its certificate; null: it is about no domain. */
  readonly domain: string | null;
  readonly tenant_id: string | null;
  readonly tenant: string | null;
}

export interface LivePart<Row> {
  readonly events: readonly Row[];
  /** All up to and with it is read. */
  readonly end: FeedPosition;
  /** Whether there may be more after `end`, because of the limit. */
  readonly isCut: boolean;
}

/** What happened after a place. Indexes: `event_told`, `event_step`. */
export async function readLiveEvents(
  db: Db,
  after: FeedPosition,
  limit: number,
): Promise<LivePart<LiveEventRow>> {
  const horizon = await readHorizon(db);
  const rows = await readLive(db, next(after, horizon, limit));
  return partOf(rows, { after, horizon, limit });
}

/** The newest `limit` final events that are told, the oldest of them first, and whether these are all. */
export async function readNewestEvents(
  db: Db,
  limit: number,
): Promise<LivePart<LiveEventRow> & { readonly installation: string }> {
  const horizon = await readHorizon(db);
  const events = await readLive(
    db,
    sql`select event.* from event where ${isFinal(horizon)} and ${isTold}
      order by event.xact desc, event.id desc limit ${limit}`,
  );
  const { installation, low } = horizon;
  return {
    events,
    end: { installation, xact: low, id: "0" },
    isCut: events.length === limit,
    installation,
  };
}

/** @param events a query of rows of `event`. */
async function readLive(db: Db, events: RawBuilder<unknown>): Promise<readonly LiveEventRow[]> {
  const { rows } = await sql<LiveEventRow>`
    select event.xact::text, event.id, event.at, event.kind, event.duration_ms, event.detail, event.lineage_id,
      lineage.names[1] as domain, lineage.tenant_id, tenant.name as tenant
    from (${events}) event
      left join lineage on lineage.id = event.lineage_id left join tenant on tenant.id = lineage.tenant_id
    order by event.xact, event.id`.execute(db);
  return rows;
}

export interface TallyRow {
  readonly xact: string;
  readonly id: string;
  readonly at: Instant;
  readonly kind: string;
  readonly duration_ms: string | null;
  readonly detail: EventDetail;
  readonly ca_id: string | null;
  readonly class: WorkClass | null;
  readonly stored_at: Instant | null;
  readonly stored_detail: EventDetail | null;
}

/** The same with what is counted of them. Indexes: the two, the issuance's, the certificate's, `event_by_lineage`. */
export async function readEventsToTally(
  db: Db,
  after: FeedPosition,
  limit: number,
): Promise<LivePart<TallyRow>> {
  const horizon = await readHorizon(db);
  const { rows } = await sql<TallyRow>`
    select event.xact::text, event.id, event.at, event.kind, event.duration_ms, event.detail, issuance.ca_id,
      issuance.class, stored.at as stored_at, stored.detail as stored_detail
    from (${next(after, horizon, limit)}) event
      left join certificate on event.kind in ('delivered', 'certificate.served')
        and certificate.id = (event.detail ->> 'certificateId')::bigint
      left join issuance on issuance.id = coalesce(event.issuance_id, certificate.issuance_id)
      left join lateral (
        select earlier.at, earlier.detail from event earlier
        where event.kind in ('certificate.stored', 'certificate.served') and earlier.lineage_id = event.lineage_id
          and earlier.issuance_id = issuance.id and earlier.kind = 'certificate.stored'
        order by earlier.id desc limit 1
      ) stored on true
    order by event.xact, event.id`.execute(db);
  return partOf(rows, { after, horizon, limit });
}

function partOf<Row extends { readonly xact: string; readonly id: string }>(
  rows: readonly Row[],
  { after, horizon, limit }: { after: FeedPosition; horizon: Horizon; limit: number },
): LivePart<Row> {
  const last = rows.at(-1);
  const isCut = rows.length === limit;
  const end =
    last !== undefined && isCut
      ? { installation: horizon.installation, xact: last.xact, id: last.id }
      : forwardTo(horizon, after);
  return { events: rows, end, isCut };
}
