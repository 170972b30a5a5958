/**
 * The cells of one line of CSV (RFC 4180), without the white space around them. A line is a row: no name has a line
 * break in it, and so a stray quote spoils one row instead of swallowing all that follow.
 *
 * @param delimiter one character.
 * @returns null when the line's quotes are wrong.
 */
export function cellsOf(line: string, delimiter: string): readonly string[] | null {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  for (let from = 0; ; ) {
    const cell = cellAt(line, from, delimiter);
    if (cell === null) return null;
    cells.push(cell.text.trim());
    if (cell.end === line.length) return cells;
    from = cell.end + 1;
  }
}

interface Cell {
  readonly text: string;
  /** Where its delimiter stands, or the line ends. */
  readonly end: number;
}

function cellAt(line: string, from: number, delimiter: string): Cell | null {
  const start = afterSpace(line, from, delimiter);
  if (line[start] === '"') return quotedCell(line, start, delimiter);
  const next = line.indexOf(delimiter, start);
  const end = next === -1 ? line.length : next;
  const text = line.slice(start, end);
  return text.includes('"') ? null : { text, end };
}

function quotedCell(line: string, start: number, delimiter: string): Cell | null {
  let close = line.indexOf('"', start + 1);
  while (close !== -1 && line[close + 1] === '"') close = line.indexOf('"', close + 2);
  if (close === -1) return null;
  const end = afterSpace(line, close + 1, delimiter);
  if (end < line.length && line[end] !== delimiter) return null;
  return { text: line.slice(start + 1, close).replaceAll('""', '"'), end };
}

/** Where the white space from here on ends; a tab that is the delimiter is none. */
function afterSpace(line: string, from: number, delimiter: string): number {
  let at = from;
  while (at < line.length && line[at] !== delimiter && /\s/.test(line[at] ?? "")) at += 1;
  return at;
}
