/** Whether they who were let in still are: by a token, or by a session. */
import { sql } from "kysely";
import type { Db } from "../database.ts";
import { lives, type SessionTime } from "./sessions.ts";
import { works } from "./tokens.ts";

/**
 * Those of `holders`, ids of tokens and minus ids of sessions, that have not ended: one statement, however many there are.
 * Indexes: the keys.
 */
export async function findStandingHolders(
  db: Db,
  holders: readonly string[],
  time: SessionTime,
): Promise<ReadonlySet<string>> {
  const asked = sql`unnest(${[...holders]}::bigint[]) as asked (holder)`;
  const { rows } = await sql<{ holder: string }>`
    select holder from ${asked} join token on token.id = holder where ${works(time.now)}
    union all
    select holder from ${asked} join session on session.id = -holder where ${lives(time)}`.execute(db);
  return new Set(rows.map(({ holder }) => holder));
}
