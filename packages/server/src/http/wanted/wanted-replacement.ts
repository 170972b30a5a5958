import type { Db } from "../../store/database.ts";
import { findReplacement, type ReplacementRow } from "../../store/read/replacements.ts";
import { isRowId } from "../../store/row-id.ts";
import { Refusal } from "../refusal.ts";

/** @throws {Refusal} `not-found` */
export async function wantedReplacement(db: Db, id: string): Promise<ReplacementRow> {
  const row = isRowId(id) ? await findReplacement(db, id) : null;
  if (row === null)
    throw new Refusal("not-found", `There is no replacement ${id}: see certmill replace list.`);
  return row;
}
