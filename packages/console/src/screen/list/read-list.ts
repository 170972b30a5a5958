import type { DomainBatchRow, RejectedRow } from "@certmill/api";

/** A file of domains as the campaign takes it, with what is no row of it. */
export interface ReadList {
  readonly rows: readonly DomainBatchRow[];
  readonly rejected: readonly RejectedRow[];
}

const columnNames = ["domain", "tenant", "aliases"] as const;
type ColumnName = (typeof columnNames)[number];

const delimiters = [",", ";", "\t"] as const;

/**
 * Reads one name a line, or columns that the first line names, as `certmill campaign create` does. The names
 * themselves are judged by the server.
 *
 * @throws for a file whose first line says that it is something else, in words for its owner.
 */
export function readList(text: string): ReadList {
  const lines = text.replace(/^\uFEFF/, "").split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => !isSilent(line));
  if (first === -1) throw new Error("The file is empty.");
  const layout = layoutOf(lines[first] ?? "");
  const rows: DomainBatchRow[] = [];
  const rejected: RejectedRow[] = [];
  for (const [index, line] of lines.entries()) {
    if (isSilent(line) || (layout !== null && index === first)) continue;
    const row = rowOf(index + 1, line, layout);
    if ("code" in row) rejected.push(row);
    else rows.push(row);
  }
  return { rows, rejected };
}

const isSilent = (line: string): boolean => /^\s*(?:#|$)/.test(line);

interface Layout {
  readonly delimiter: string;
  readonly columns: readonly ColumnName[];
}

/** Null: one name a line. */
function layoutOf(line: string): Layout | null {
  for (const delimiter of delimiters) {
    const cells = cellsOf(line, delimiter)?.map((cell) => cell.toLowerCase()) ?? [];
    if (!cells.includes("domain")) continue;
    const unknown = cells.filter((cell) => !isColumnName(cell));
    if (unknown.length > 0)
      throw new Error(
        `The first line names columns that are not known: ${unknown.join(", ")}. Known are ${columnNames.join(", ")}.`,
      );
    return { delimiter, columns: cells.filter(isColumnName) };
  }
  if (/[,;\t]/.test(line))
    throw new Error(
      "The file has several columns, but its first line does not name them: put domain,tenant,aliases there.",
    );
  return null;
}

const isColumnName = (cell: string): cell is ColumnName => columnNames.some((name) => name === cell);

function rowOf(line: number, text: string, layout: Layout | null): DomainBatchRow | RejectedRow {
  if (layout === null) return { line, domain: text.replace(/\s#.*$/, "").trim() };
  const cells = cellsOf(text, layout.delimiter);
  if (cells === null || cells.slice(layout.columns.length).some((cell) => cell !== ""))
    return {
      line,
      domain: text.slice(0, 200),
      code: "malformed-row",
      reason: "The line is not as the first one says.",
    };
  const cell = (column: ColumnName): string => cells[layout.columns.indexOf(column)] ?? "";
  const tenant = cell("tenant");
  const aliases = cell("aliases")
    .split(/[\s;]+/)
    .filter((alias) => alias !== "");
  return {
    line,
    domain: cell("domain"),
    ...(tenant === "" ? {} : { tenant }),
    ...(aliases.length === 0 ? {} : { aliases }),
  };
}

/** The cells of a line of CSV (RFC 4180), trimmed; null when its quotes do not match. A line is a row: no name has a line break. */
export function cellsOf(line: string, delimiter: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  const cell = new RegExp(`\\s*(?:"((?:[^"]|"")*)"|([^"${delimiter}]*))\\s*(${delimiter}|$)`, "y");
  for (;;) {
    const match = cell.exec(line);
    if (match === null) return null;
    cells.push((match[1]?.replaceAll('""', '"') ?? match[2] ?? "").trim());
    if (match[3] === "") return cells;
  }
}
