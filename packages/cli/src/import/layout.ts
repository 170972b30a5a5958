import { badInput } from "../command-error.ts";
import { cellsOf } from "./cells.ts";

/** What a column can hold. */
export type ColumnName = (typeof columnNames)[number];
const columnNames = ["domain", "tenant", "aliases"] as const;

/** How a list is written: one name a line, or columns that its first line names. */
export type Layout =
  | { readonly kind: "names" }
  | { readonly kind: "columns"; readonly delimiter: string; readonly columns: readonly ColumnName[] };

/** The comma, and what spreadsheets write in its place. */
const delimiters = [",", ";", "\t"] as const;

/**
 * Tells the layout from the first line that is neither empty nor a comment. A line with the cell `domain` is a
 * header; anything else is the first name of a plain list.
 *
 * @throws {CommandError} for a header that cannot be used, and for columns without one.
 */
export function layoutOf(line: string): Layout {
  if (line.includes("\0"))
    throw badInput("The list is no UTF-8 text.", "Save it as CSV or plain text in UTF-8.");
  for (const delimiter of delimiters) {
    const cells = cellsOf(line, delimiter)?.map((cell) => cell.trim().toLowerCase()) ?? [];
    if (cells.includes("domain")) return { kind: "columns", delimiter, columns: columnsOf(cells) };
  }
  if (/[,;\t]/.test(line)) {
    throw badInput(
      "The list has several columns but no header.",
      `Put a first line over it that names them: ${columnNames.join(",")}`,
    );
  }
  return { kind: "names" };
}

function columnsOf(cells: readonly string[]): readonly ColumnName[] {
  const unknown = cells.filter((cell) => !isColumnName(cell));
  if (unknown.length > 0) {
    throw badInput(
      `The header names columns that are not known: ${unknown.map((cell) => `"${cell}"`).join(", ")}.`,
      `Known are: ${columnNames.join(", ")}. Leave the others out.`,
    );
  }
  if (new Set(cells).size < cells.length) throw badInput("The header names a column twice.");
  return cells.filter(isColumnName);
}

const isColumnName = (cell: string): cell is ColumnName => columnNames.some((name) => name === cell);
