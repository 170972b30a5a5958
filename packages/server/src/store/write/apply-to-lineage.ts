import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import type { ByWhom } from "../by-whom.ts";
import { type Db, timestamp } from "../database.ts";
import type { DomainActionName } from "../schema/view.ts";
import { pauseHeld, resumeHeld } from "./pause-lineage.ts";
import { endLineage } from "./remove-lineage.ts";
import { retryHeld } from "./retry-lineage.ts";

export interface Applied {
  readonly lineageId: string;
  readonly by: ByWhom;
  readonly now: Instant;
}

/** In a transaction. @returns false when there was nothing to do. */
export async function applyToLineage(trx: Db, action: DomainActionName, to: Applied): Promise<boolean> {
  switch (action) {
    case "check":
      return checkSoon(trx, to);
    case "retry":
      return (await isWell(trx, to.lineageId)) ? false : (await retryHeld(trx, to)) === "retried";
    case "reissue":
      return (await hasCertificate(trx, to.lineageId)) ? (await retryHeld(trx, to)) === "retried" : false;
    case "pause":
      return (await pauseHeld(trx, to)) === "paused";
    case "resume":
      return (await resumeHeld(trx, to)) === "resumed";
    case "remove":
      return remove(trx, to);
  }
}

/** It has a certificate, and nothing is wrong. */
async function isWell(trx: Db, lineageId: string): Promise<boolean> {
  return (await standingOf(trx, lineageId)).state === "active";
}

async function hasCertificate(trx: Db, lineageId: string): Promise<boolean> {
  return (await standingOf(trx, lineageId)).certificate_id !== null;
}

const standingOf = (trx: Db, lineageId: string) =>
  trx
    .selectFrom("lineage")
    .select(["state", "certificate_id"])
    .where("id", "=", lineageId)
    .executeTakeFirstOrThrow();

async function remove(trx: Db, { lineageId, now }: Applied): Promise<boolean> {
  if ((await standingOf(trx, lineageId)).state === "removed") return false;
  await endLineage(trx, { lineageId, reason: "asked", now });
  return true;
}

/** When no customer waits for a check; one that is due sooner stays so. */
async function checkSoon(trx: Db, { lineageId, now }: Applied): Promise<boolean> {
  const at = timestamp(now);
  const { rows } = await sql`
    insert into lineage_check (lineage_id, wake_at, rank)
    select id, ${at}, 1 from lineage where id = ${lineageId} and state <> 'removed'
    on conflict (lineage_id) do update set wake_at = ${at}, rank = least(lineage_check.rank, 1)
      where lineage_check.wake_at is null or lineage_check.wake_at > ${at}
    returning 1`.execute(trx);
  await sql`select pg_notify('certmill_work', 'checks')`.execute(trx);
  return rows.length > 0;
}
