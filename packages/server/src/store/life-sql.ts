/** The machine of domain's life/ as SQL: the one place where a state is made of an event. */
import { type Instant, type LifeEvent, lifeStates, restingStates, transitions } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { timestamp } from "./database.ts";
import type { LineageState } from "./schema/lineage.ts";

/** Of `lineage`, whose row it is read in. */
export function stateAfter(event: LifeEvent): RawBuilder<LineageState> {
  const cases = lifeStates.flatMap((state) => {
    const next = transitions[state][event];
    if (next === undefined) return [];
    const then =
      typeof next === "string"
        ? sql.lit(next)
        : sql`case when lineage.certificate_id is null then ${sql.lit(next.none)} else ${sql.lit(next.held)} end`;
    return [sql`when ${sql.lit(state)} then ${then}`];
  });
  return sql`case lineage.state ${sql.join(cases, sql` `)} else lineage.state end`;
}

/** The state of one that a person wants again, whether that one or the CA had paused it. */
export const stateAfterResuming: RawBuilder<LineageState> = sql`
  case when lineage.paused_by is not null and lineage.failing_since is null then ${stateAfter("unpaused")}
    else ${stateAfter("resumed")} end`;

/** What ends while a person wants nothing more ordered leaves it paused. */
export const unlessPaused = (state: RawBuilder<LineageState>): RawBuilder<LineageState> => sql`
  case when lineage.paused_by is not null then lineage.state else ${state} end`;

/** When it is looked at next: never, while a person wants nothing ordered. */
export const wakesUnlessPaused = (at: RawBuilder<unknown>): RawBuilder<unknown> => sql`
  case when lineage.paused_by is null then ${at} end`;

/** The columns of an update of `lineage` that an event sets. */
export const becomes = (event: LifeEvent, now: Instant): RawBuilder<unknown> =>
  becomesState(stateAfter(event), now);

/** @param pausedBy who pauses it now, for people; null: nobody does. */
export const becomesState = (
  state: RawBuilder<LineageState>,
  now: Instant,
  pausedBy: string | null = null,
): RawBuilder<unknown> => sql`
  state = ${state},
  state_at = case ${state} when lineage.state then lineage.state_at else ${timestamp(now)} end,
  paused_by = case ${state} when 'paused' then ${pausedBy === null ? sql`lineage.paused_by` : pausedBy} end,
  rests_since = case ${state} when lineage.state then lineage.rests_since ${resting(now)} end,
  leaves_at = case ${state} when 'moved' then lineage.leaves_at end`;

const resting = (now: Instant): RawBuilder<unknown> =>
  sql.join(
    restingStates.map((state) => sql`when ${sql.lit(state)} then ${timestamp(now)}`),
    sql` `,
  );
