import type { AuditEntry, Operations } from "@certmill/api";
import { type Instant, instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type AuditRow, listAudit } from "../../store/read/audit.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

export function listAuditHandler({ db }: { readonly db: Db }): Handler<Operations["listAudit"]> {
  return async ({ query: { after, limit = defaultLimit, who, action, about, since, until } }) => {
    const filter = {
      who: who ?? null,
      action: action ?? null,
      about: about?.toLowerCase() ?? null,
      since: since === undefined ? null : instantOf(since),
      until: until === undefined ? null : instantOf(until),
    };
    const rows = await listAudit(db, filter, { before: placeOf(after), limit: limit + 1 });
    const cursorAfter = ({ at, id }: AuditRow): string => encodeCursor("audit", [String(at), id]);
    return { status: 200, body: pageOf(rows, limit, present, cursorAfter) };
  };
}

/** The schema let nothing else in. */
const instantOf = (text: string): Instant => instant(Date.parse(text));

function placeOf(cursor: string | undefined) {
  const fields = decodeCursor("audit", 2, cursor);
  if (fields === null) return null;
  const [at = "", id = ""] = fields;
  if (!/^\d{1,15}$/.test(at) || !/^\d{1,18}$/.test(id)) {
    throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
  }
  return { at: instant(Number(at)), id };
}

const present = ({
  id,
  at,
  via,
  who,
  address,
  action,
  about,
  status,
  count,
  last_at,
}: AuditRow): AuditEntry => ({
  id,
  at: instantText(at),
  via,
  who,
  address,
  action,
  about,
  status,
  count,
  lastAt: instantTextOrNull(last_at),
});
