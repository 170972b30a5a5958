/** Cursors are opaque to clients: base64url of a few fields, the first of which says of which list it is. */
import type { FeedPosition } from "../store/read/feed-position.ts";
import { Refusal } from "./refusal.ts";

export function encodeCursor(list: string, fields: readonly string[]): string {
  return Buffer.from(JSON.stringify([list, ...fields])).toString("base64url");
}

/**
 * The fields of a cursor of `list`, as many as `count`; null when there is no cursor.
 *
 * @throws {Refusal} `invalid-cursor` when it is damaged or another list's.
 */
export function decodeCursor(list: string, count: number, cursor: string | undefined): string[] | null {
  if (cursor === undefined) return null;
  const fields = parsed(cursor);
  if (fields.length !== count + 1 || fields[0] !== list) {
    throw new Refusal("invalid-cursor", "The cursor in `after` is damaged, or it is another list's.");
  }
  return fields.slice(1);
}

function parsed(cursor: string): string[] {
  try {
    const fields: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(fields) && fields.every((field) => typeof field === "string") ? fields : [];
  } catch {
    return [];
  }
}

export const encodePosition = (list: string, { installation, xact, id }: FeedPosition): string =>
  encodeCursor(list, [installation, xact, id]);

/** @throws {Refusal} `invalid-cursor` */
export function decodePosition(list: string, cursor: string | undefined): FeedPosition | null {
  const fields = decodeCursor(list, 3, cursor);
  if (fields === null) return null;
  const [installation = "", xact = "", id = ""] = fields;
  if (!/^\d{1,18}$/.test(xact) || !/^\d{1,18}$/.test(id)) {
    throw new Refusal("invalid-cursor", "The cursor in `after` is damaged.");
  }
  return { installation, xact, id };
}

/** For a position that is in no feed of ours. */
export const unknownCursor = (): Refusal =>
  new Refusal(
    "cursor-unknown",
    "The cursor is of another installation, or of a state that a backup has undone.",
  );

/** Whoever begins to take twins, or ceases to, is to take a snapshot: its cursor is of another list. */
export const feedOf = (twins: boolean): string => (twins ? "edge-twins" : "edge");

/** The answer's page of rows read one beyond `limit`: the extra one shows that there is a next page. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  present: (row: Row) => Item,
  cursorAfter: (row: Row) => string,
): { items: Item[]; next: string | null } {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last !== undefined ? cursorAfter(last) : null;
  return { items: shown.map(present), next };
}

/** Items of a page when the request does not say. */
export const defaultLimit = 100;
