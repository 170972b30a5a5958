/** When enough edges of a group serve a certificate, as SQL: the one place where that is said. */
import { type Duration, type Instant, instant, minutes } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { timestamp } from "./database.ts";

/** An edge counts as alive for so long after it was heard of: three times what its agent waits at most between two tries. */
const aliveFor: Duration = minutes(15);

/** Of `edge`. */
export const isAlive = (now: Instant): RawBuilder<boolean> =>
  sql`edge.last_seen_at > ${timestamp(instant(now - aliveFor))}::timestamptz`;

/** Of `lineage`: its current certificate is on its way. The index `lineage_undelivered` has these. */
export const isUndelivered: RawBuilder<boolean> = sql`
  lineage.certificate_id is not null and lineage.served_certificate_id is distinct from lineage.certificate_id`;

/** How many edges must serve it, of a group's row grouped with its edges that are alive, of which there is at least one. */
export const needed: RawBuilder<number> = sql`
  case served_when when 'any' then 1 when 'quorum' then count(*) / 2 + 1 else count(*) end`;

const hasEdges = sql`exists (select from edge where edge.edge_group_id = lineage.edge_group_id)`;

/** Of the event that a certificate of `lineage` is stored: whether it is on its way to edges. */
export const toEdges: RawBuilder<unknown> = sql`
  case when ${hasEdges} then '{"toEdges": true}'::jsonb else '{}'::jsonb end`;

/**
 * What a certificate that is stored now counts as: where its group has no edges there is nothing to wait for. Of `lineage`,
 * before the change; `stored` is the new certificate.
 */
export const servedAtFirst: RawBuilder<string | null> = sql`
  case when ${hasEdges} then lineage.served_certificate_id else stored.id end`;

/** The columns of an update of `lineage` whose current certificate is served from now on. */
export const servedNow = (now: Instant): RawBuilder<unknown> => sql`
  served_certificate_id = lineage.certificate_id,
  state_at = case when lineage.state = 'active' and lineage.served_certificate_id is null then ${timestamp(now)}
    else lineage.state_at end`;
