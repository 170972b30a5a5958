/**
 * When the next requests to a CA may go out: one row for each limit of its requests, from which all processes draw.
 * The instants are those of the callers' clocks; clocks that differ shift requests by as much, and no more.
 */
import {
  fullAtForNext,
  type Instant,
  isLimitSetName,
  type Limit,
  limitSets,
  nextSlotAt,
  type RequestLimit,
  refillTime,
  slotsOf,
} from "@certmill/domain";
import { sql } from "kysely";
import type { Db } from "./database.ts";

/** One row: a CA's limit for a kind of resource, or for all of them (`*`). */
export interface PaceRow {
  readonly caId: string;
  readonly resource: string;
  readonly limit: Limit;
}

export type SlotDraw =
  /** The instant of each slot, ascending, in milliseconds since the epoch with fractions. */
  | { readonly kind: "drawn"; readonly slots: readonly number[] }
  /** The next slot is after `before`: nothing was drawn. */
  | { readonly kind: "too-far"; readonly nextAt: Instant };

/** Draws `count` slots in one statement, unless the first would be after `before`. */
export async function drawSlots(
  db: Db,
  { caId, resource, limit }: PaceRow,
  { count, before, now }: { readonly count: number; readonly before: Instant; readonly now: Instant },
): Promise<SlotDraw> {
  const took = count * refillTime(limit);
  const base = sql<number>`greatest(request_pace.full_at, ${now}::float8)`;
  const drawn = await db
    .insertInto("request_pace")
    .values({ ca_id: caId, resource, full_at: now + took })
    .onConflict((conflict) =>
      conflict
        .columns(["ca_id", "resource"])
        .doUpdateSet({ full_at: sql<number>`${base} + ${took}::float8` })
        .where(base, "<=", fullAtForNext(limit, before)),
    )
    .returning("full_at")
    .executeTakeFirst();
  if (drawn !== undefined)
    return { kind: "drawn", slots: slotsOf(limit, { fullAt: drawn.full_at, count, now }) };
  const row = await db
    .selectFrom("request_pace")
    .select("full_at")
    .where("ca_id", "=", caId)
    .where("resource", "=", resource)
    .executeTakeFirstOrThrow();
  return { kind: "too-far", nextAt: nextSlotAt(limit, row.full_at) };
}

/** No slot that is drawn from now on is before `until`. Never brings one forward. */
export async function pushSlots(db: Db, { caId, resource, limit }: PaceRow, until: Instant): Promise<void> {
  const fullAt = fullAtForNext(limit, until);
  await db
    .insertInto("request_pace")
    .values({ ca_id: caId, resource, full_at: fullAt })
    .onConflict((conflict) =>
      conflict
        .columns(["ca_id", "resource"])
        .doUpdateSet({ full_at: sql<number>`greatest(request_pace.full_at, excluded.full_at)` }),
    )
    .execute();
}

/** What a CA's requests are held to; none where nothing is known, or when there is no such CA. */
export async function readRequestLimits(db: Db, caId: string): Promise<readonly RequestLimit[]> {
  const ca = await db.selectFrom("ca").select("limit_set").where("id", "=", caId).executeTakeFirst();
  return limitSets[ca !== undefined && isLimitSetName(ca.limit_set) ? ca.limit_set : "none"].requests;
}
