import { type Instant, instant, type Limit, type LimitName } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { wakePlanner } from "./wake-planner.ts";

/** What an override is for. */
interface Scope {
  readonly caId: string;
  /** The CA's. */
  readonly ca: string;
  readonly limit: LimitName;
  /** null: every key. */
  readonly key: string | null;
}

export interface NewOverride extends Scope {
  readonly rule: Limit;
  readonly startsAt: Instant;
  readonly note: string | null;
}

/** Stores an override in the caller's transaction. What waits for its limit is looked at anew when it starts. */
export async function insertOverride(trx: Db, override: NewOverride, now: Instant): Promise<string> {
  const { caId, limit, key, rule, startsAt, note } = override;
  const { id } = await trx
    .insertInto("limit_override")
    .values({
      ca_id: caId,
      limit_name: limit,
      key,
      burst: rule.burst,
      count: rule.count,
      period_ms: rule.period,
      starts_at: timestamp(startsAt),
      note,
      created_at: timestamp(now),
    })
    .returning("id")
    .executeTakeFirstOrThrow();
  await lookAnew(trx, override, instant(Math.max(startsAt, now)));
  return id;
}

/** Removes an override in the caller's transaction; what waits for its limit is looked at anew. */
export async function deleteOverride(trx: Db, { id, ...scope }: Scope & { id: string }, now: Instant) {
  await trx.deleteFrom("limit_override").where("id", "=", id).execute();
  await lookAnew(trx, scope, now);
}

/** Ends the wait of those who are parked for a limit that changes at `at`. The planner is held, so it goes first. */
async function lookAnew(trx: Db, { caId, ca, limit, key }: Scope, at: Instant): Promise<void> {
  await wakePlanner(trx, at);
  const parkedFor = key === null ? `${ca} ${limit} ` : `${ca} ${limit} ${key}`;
  const same = key === null ? sql`starts_with(parked_for, ${parkedFor})` : sql`parked_for = ${parkedFor}`;
  await sql`
    update queue set parked_until = ${timestamp(at)}
    where parked_until > ${timestamp(at)} and ${same}`.execute(trx);
  await sql`
    update bucket set promised_until = ${at}
    where ca_id = ${caId} and limit_name = ${limit} and promised_until > ${at}
      and (${key}::text is null or key = ${key})`.execute(trx);
}
