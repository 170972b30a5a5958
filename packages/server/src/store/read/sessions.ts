import { type Duration, type Instant, instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { PersonRole, SignInMethod } from "../schema/access.ts";

export interface SessionRow {
  readonly id: string;
  readonly method: SignInMethod;
  readonly who: string;
  readonly display_name: string;
  readonly role: PersonRole;
  readonly tenant_id: string | null;
  readonly tenant: string | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly started_at: Instant;
  readonly seen_at: Instant;
  readonly ends_at: Instant;
}

const selectSessions = (db: Db) =>
  db
    .selectFrom("session")
    .leftJoin("tenant", "tenant.id", "session.tenant_id")
    .select([
      "session.id",
      "session.method",
      "session.who",
      "session.display_name",
      "session.role",
      "session.tenant_id",
      "tenant.name as tenant",
      "session.address",
      "session.user_agent",
      "session.started_at",
      "session.seen_at",
      "session.ends_at",
    ]);

/** Now, and how long a session lasts that is not used. */
export interface SessionTime {
  readonly now: Instant;
  readonly idle: Duration;
}

/** Whether a row of `session` has not ended. */
export const lives = ({ now, idle }: SessionTime) =>
  sql<boolean>`session.ends_at > ${timestamp(now)} and session.seen_at > ${timestamp(instant(now - idle))}`;

/** The session of this secret's hash; null: there is none, or it has ended. Index: the hash's. */
export async function findSession(db: Db, hash: Uint8Array, time: SessionTime): Promise<SessionRow | null> {
  const row = await selectSessions(db).where("hash", "=", hash).where(lives(time)).executeTakeFirst();
  return row ?? null;
}

export async function findSessionById(db: Db, id: string, time: SessionTime): Promise<SessionRow | null> {
  return (
    (await selectSessions(db).where("session.id", "=", id).where(lives(time)).executeTakeFirst()) ?? null
  );
}

/** Those that have not ended, the latest first. */
export async function listSessions(
  db: Db,
  page: { readonly before: string | null; readonly limit: number },
  time: SessionTime,
): Promise<SessionRow[]> {
  return selectSessions(db)
    .where(lives(time))
    .$if(page.before !== null, (query) => query.where("session.id", "<", page.before))
    .orderBy("session.id", "desc")
    .limit(page.limit)
    .execute();
}
