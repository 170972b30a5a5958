import { parse } from "csv-parse/sync";

/**
 * The cells of one line of CSV (RFC 4180). A line is a row: no name has a line break in it, and so a stray
 * quote spoils one row instead of swallowing all that follow.
 *
 * @returns null when the line's quotes are wrong.
 */
export function cellsOf(line: string, delimiter: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(delimiter);
  try {
    const [cells = []] = parse(line, { delimiter, relax_column_count: true });
    return cells;
  } catch {
    return null;
  }
}
