/** The state that people are shown, made of what is kept: the one place where it is. */
import type { DomainState } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";

/** Of `lineage`, left-joined with its place in line, `queue`. */
export const shownState: RawBuilder<DomainState> = sql`
  case when lineage.state = 'waiting' and queue.lineage_id is not null then 'queued'
    when lineage.state = 'active' and lineage.served_certificate_id is null then 'delivering' else lineage.state end`;

const isInLine = sql`exists (select from queue where queue.lineage_id = lineage.id)`;

/** The same as a condition on `lineage` alone. Indexes: `lineage_by_state`, `lineage_first_delivery`. */
export function isShownAs(state: DomainState): RawBuilder<boolean> {
  if (state === "queued") return sql`lineage.state = 'waiting' and ${isInLine}`;
  if (state === "waiting") return sql`lineage.state = 'waiting' and not ${isInLine}`;
  if (state === "delivering") return sql`lineage.state = 'active' and lineage.served_certificate_id is null`;
  if (state === "active") return sql`lineage.state = 'active' and lineage.served_certificate_id is not null`;
  return sql`lineage.state = ${sql.lit(state)}`;
}
