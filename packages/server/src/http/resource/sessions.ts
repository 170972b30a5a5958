import type { ListedSession, Operations } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findSessionById, listSessions, type SessionRow } from "../../store/read/sessions.ts";
import { isRowId } from "../../store/row-id.ts";
import { endSession } from "../../store/write/sessions.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import type { SignInPorts } from "../ports.ts";
import { instantText } from "../present/instant-text.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";
import { presentSession, type SessionTerms } from "../sign-in/begin-session.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
  readonly signIn: SignInPorts;
}

export function listSessionsHandler({
  db,
  now,
  signIn: { terms },
}: Tools): Handler<Operations["listSessions"]> {
  return async ({ query: { after, limit = defaultLimit }, caller }) => {
    const before = decodeCursor("sessions", 1, after)?.[0] ?? null;
    if (before !== null && !isRowId(before)) throw new Refusal("invalid-cursor", "The cursor is damaged.");
    const time = { now: now(), idle: terms.idle };
    const rows = await listSessions(db, { before, limit: limit + 1 }, time);
    const present = (row: SessionRow): ListedSession =>
      presentListed(row, { terms, now: time.now, holder: caller.holder });
    return { status: 200, body: pageOf(rows, limit, present, ({ id }) => encodeCursor("sessions", [id])) };
  };
}

export function endSessionHandler({ db, now, signIn: { terms } }: Tools): Handler<Operations["endSession"]> {
  return async ({ params: { id }, caller: { holder } }) => {
    const time = { now: now(), idle: terms.idle };
    const row = isRowId(id) ? await findSessionById(db, id, time) : null;
    if (row === null) throw new Refusal("not-found", `There is no session ${id}.`);
    await endSession(db, id);
    return { status: 200, body: presentListed(row, { terms, now: time.now, holder }) };
  };
}

const presentListed = (
  row: SessionRow,
  { terms, now, holder }: { readonly terms: SessionTerms; readonly now: Instant; readonly holder: string },
): ListedSession => ({
  id: row.id,
  ...presentSession(row, terms, now),
  address: row.address,
  userAgent: row.user_agent,
  startedAt: instantText(row.started_at),
  seenAt: instantText(row.seen_at),
  current: holder === `-${row.id}`,
});
