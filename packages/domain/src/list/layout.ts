import { cellsOf } from "./cells.ts";

const columnNames = ["domain", "tenant", "aliases"] as const;

/** What a column can hold. */
export type ColumnName = (typeof columnNames)[number];

/** How a list is written: one name a line, or columns that its first line names. */
export type Layout =
  | { readonly kind: "names" }
  | { readonly kind: "columns"; readonly delimiter: string; readonly columns: readonly ColumnName[] };

/** Why a text is no list of domains, as sentences for its owner. */
export interface NoList {
  readonly kind: "no-list";
  readonly reason: string;
  /** What to do about it. */
  readonly fix: string;
}

/** The comma, and what spreadsheets write in its place. */
const delimiters = [",", ";", "\t"] as const;

/**
 * Tells the layout from the first line that is neither empty nor a comment. A line with the cell `domain` is a
 * header; anything else is the first name of a plain list.
 */
export function layoutOf(line: string): Layout | NoList {
  if (line.includes("\0"))
    return noList("The list is no UTF-8 text.", "Save it as CSV or plain text in UTF-8.");
  for (const delimiter of delimiters) {
    const cells = cellsOf(line, delimiter)?.map((cell) => cell.toLowerCase()) ?? [];
    if (cells.includes("domain")) return columnsOf(cells, delimiter);
  }
  if (!delimiters.some((delimiter) => line.includes(delimiter))) return { kind: "names" };
  return noList(
    "The list has several columns but no header.",
    `Put a first line over it that names them: ${columnNames.join(",")}`,
  );
}

function columnsOf(cells: readonly string[], delimiter: string): Layout | NoList {
  const unknown = cells.filter((cell) => !isColumnName(cell));
  if (unknown.length > 0)
    return noList(
      `The header names columns that are not known: ${unknown.map((cell) => `"${cell}"`).join(", ")}.`,
      `Known are: ${columnNames.join(", ")}. Leave the others out.`,
    );
  if (new Set(cells).size < cells.length)
    return noList("The header names a column twice.", "Leave one of them out.");
  return { kind: "columns", delimiter, columns: cells.filter(isColumnName) };
}

const isColumnName = (cell: string): cell is ColumnName => columnNames.some((name) => name === cell);

const noList = (reason: string, fix: string): NoList => ({ kind: "no-list", reason, fix });
