import type { Session } from "@certmill/api";
import { type Duration, type Instant, instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findSession, type SessionRow } from "../../store/read/sessions.ts";
import { type NewSession, beginSession as storeSession } from "../../store/write/sessions.ts";
import { instantText } from "../present/instant-text.ts";
import type { Site } from "./console-site.ts";
import { hashSessionSecret, newSessionSecret, setSessionCookie } from "./session-cookie.ts";

/** How long sessions last: unused, and at most. */
export interface SessionTerms {
  readonly idle: Duration;
  readonly longest: Duration;
}

/**
 * Begins a session, whose secret only the cookie has.
 *
 * @returns null: the operator was removed or changed meanwhile.
 */
export async function beginSession(
  db: Db,
  person: Omit<NewSession, "hash" | "lasts">,
  { site, now, terms }: { readonly site: Site; readonly now: Instant; readonly terms: SessionTerms },
): Promise<{ readonly row: SessionRow; readonly cookie: string } | null> {
  const secret = newSessionSecret();
  const hash = hashSessionSecret(secret);
  const time = { now, idle: terms.idle };
  if ((await storeSession(db, { ...person, hash, lasts: terms.longest }, time)) === null) return null;
  const row = await findSession(db, hash, time);
  if (row === null) return null;
  return { row, cookie: setSessionCookie(site, secret, Math.floor(terms.longest / 1_000)) };
}

/** `endsAt` is when it ends at the latest, unless it is used before it has been idle for too long. */
export const presentSession = (row: SessionRow, { idle }: SessionTerms, now: Instant): Session => ({
  who: row.who,
  displayName: row.display_name,
  role: row.role,
  tenant: row.tenant,
  method: row.method,
  endsAt: instantText(instant(Math.min(row.ends_at, Math.max(row.seen_at, now) + idle))),
});
