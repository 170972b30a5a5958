import { type Duration, type Instant, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { OperatorRow } from "../read/operators.ts";
import type { SessionTime } from "../read/sessions.ts";
import type { PersonRole, SignInMethod } from "../schema/access.ts";

export interface NewSession {
  readonly hash: Uint8Array;
  readonly method: SignInMethod;
  /** As they were when the password was looked at. Set if and only if the method is `local`. */
  readonly operator: Pick<OperatorRow, "id" | "password"> | null;
  readonly who: string;
  readonly displayName: string;
  readonly role: PersonRole;
  readonly tenantId: string | null;
  readonly address: string | null;
  readonly userAgent: string | null;
  readonly lasts: Duration;
}

/**
 * Begins a session, and takes away what has ended.
 *
 * @returns its id; null: the operator was removed or changed since they were looked at.
 */
export async function beginSession(
  db: Db,
  session: NewSession,
  { now, idle }: SessionTime,
): Promise<string | null> {
  const { operator, role, tenantId } = session;
  return db.transaction().execute(async (trx) => {
    await sql`
      delete from session where ends_at <= ${timestamp(now)} or seen_at <= ${timestamp(instant(now - idle))}`.execute(
      trx,
    );
    if (operator !== null) {
      // Locks the row: a change of it comes before, and is seen, or after, and ends this session.
      const { rows } = await sql`
        update operator set last_sign_in_at = ${timestamp(now)}
        where id = ${operator.id} and password = ${operator.password} and role = ${role}
          and tenant_id is not distinct from ${tenantId}
        returning 1`.execute(trx);
      if (rows.length === 0) return null;
    }
    const row = await trx
      .insertInto("session")
      .values({
        hash: session.hash,
        method: session.method,
        operator_id: operator?.id ?? null,
        who: session.who,
        display_name: session.displayName,
        role,
        tenant_id: tenantId,
        address: session.address,
        user_agent: session.userAgent,
        started_at: timestamp(now),
        seen_at: timestamp(now),
        ends_at: timestamp(instant(now + session.lasts)),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return row.id;
  });
}

/** A row is written at most this often for being used. */
const seenEvery = minutes(1);

/** Notes that a session is used, which prolongs it. */
export async function seeSession(
  db: Db,
  { id, seenAt, now }: { readonly id: string; readonly seenAt: Instant; readonly now: Instant },
): Promise<void> {
  if (now - seenAt < seenEvery) return;
  await sql`update session set seen_at = greatest(seen_at, ${timestamp(now)}) where id = ${id}`.execute(db);
}

/** Ending it again changes nothing. */
export async function endSession(db: Db, id: string): Promise<void> {
  await db.deleteFrom("session").where("id", "=", id).execute();
}
