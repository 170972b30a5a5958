import type { Change, Operations } from "@certmill/api";
import { days, eventSentence, type Instant, instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { type ChangeRow, countChanges, listChanges } from "../../store/read/changes.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { instantText } from "../present/instant-text.ts";
import { oneFault, Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

/** What a report costs grows with its time. A day over what is said, for clocks that differ. */
const longest = days(32);

export function reportChangesHandler({ db, now }: Tools): Handler<Operations["reportChanges"]> {
  return async ({ query: { since: text, tenant = null } }) => {
    const until = now();
    const since = sinceOf(text, until);
    const counts = await countChanges(db, { since, until, tenant });
    return { status: 200, body: { since: instantText(since), until: instantText(until), counts } };
  };
}

export function listChangesHandler({ db, now }: Tools): Handler<Operations["listChanges"]> {
  return async ({ query }) => {
    const { after, limit = defaultLimit, change = null, tenant = null } = query;
    const { id, since, until } = placeOf(after) ?? { id: null, ...timeOf(query.since, now()) };
    const filter = { since, until, tenant };
    const rows = await listChanges(db, { filter, change, after: id, limit: limit + 1 });
    const cursorAfter = ({ lineage_id }: ChangeRow): string =>
      encodeCursor("changes", [lineage_id, String(since), String(until)]);
    return { status: 200, body: pageOf(rows, limit, present, cursorAfter) };
  };
}

const timeOf = (text: string | undefined, until: Instant) => ({ since: sinceOf(text, until), until });

function sinceOf(text: string | undefined, now: Instant): Instant {
  if (text === undefined) return instant(now - days(1));
  const since = Date.parse(text);
  if (since < now - longest || since > now)
    throw oneFault("/since", "It must be an instant of the last 31 days.");
  return instant(since);
}

/** @throws {Refusal} `invalid-cursor` */
function placeOf(cursor: string | undefined) {
  const fields = decodeCursor("changes", 3, cursor);
  if (fields === null) return null;
  const [id = "", since = "", until = ""] = fields;
  const span = Number(until) - Number(since);
  if (!/^\d{1,18}$/.test(id) || ![since, until].every((at) => /^\d{1,15}$/.test(at)) || span > longest)
    throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
  return { id, since: instant(Number(since)), until: instant(Number(until)) };
}

const present = (row: ChangeRow): Change => ({
  id: row.lineage_id,
  names: row.names,
  tenant: row.tenant,
  change: row.change,
  before: row.before,
  after: row.after,
  at: instantText(row.at),
  sentence: eventSentence(row.kind, row.detail),
});
