/** What happened goes with a decision: into the timeline and the feeds. */
import type { Duration, EventKind, Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { toEdges } from "../served-sql.ts";

/** An event of the timeline, in the order they happened. */
export interface TimelineEvent {
  readonly at: Instant;
  readonly kind: EventKind;
  readonly took: Duration | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

const eventRows = (events: readonly TimelineEvent[]): string =>
  JSON.stringify(
    events.map(({ at, kind, took, detail }) => ({ at: new Date(at).toISOString(), kind, took, detail })),
  );

/**
 * How long its certificate was waited for, and when it could have been ordered first: it was wanted, and the check that its
 * first order waited for had passed. Of `lineage`, before the change, and the event `step`.
 */
const waited: RawBuilder<unknown> = sql`jsonb_build_object(
  'waitedMs', greatest(0, (extract(epoch from step.at - lineage.wanted_at) * 1000)::bigint),
  'readyAt', greatest(lineage.wanted_at, (select checked_at from lineage_check
    where lineage_check.lineage_id = lineage.id and lineage.certificate_id is null and failing = 0)))`;

/**
 * Needs a preceding `moved (id, lineage_id)`, which is empty when the commit is refused.
 *
 * @param unless an event of this kind is left out where the condition holds.
 */
export const tellEvents = (
  events: readonly TimelineEvent[],
  unless: { readonly kind: string; readonly when: RawBuilder<unknown> } | null = null,
): RawBuilder<unknown> => sql`
  told as (
    insert into event (at, kind, lineage_id, issuance_id, edge_group_id, duration_ms, detail)
    select step.at, step.kind, moved.lineage_id, moved.id,
      case when step.kind = 'certificate.stored' then lineage.edge_group_id end, step.took,
      case when step.kind = 'certificate.stored' then step.detail || ${toEdges} || ${waited} else step.detail end
    from moved
      join lineage on lineage.id = moved.lineage_id,
      rows from (jsonb_to_recordset(${eventRows(events)}::jsonb) as (at timestamptz, kind text, took bigint, detail jsonb))
        with ordinality as step (at, kind, took, detail, place)
    ${unless === null ? sql`` : sql`where step.kind <> ${unless.kind} or not (${unless.when})`}
    order by step.place
  )`;
