import Table from "cli-table3";
import { printable } from "./printable.ts";
import { type Emphasis, styled } from "./style.ts";
import { lineWidth } from "./wrap.ts";

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => string;
  readonly emphasis?: (row: Row) => Emphasis;
  readonly align?: "right";
}

const gap = 2;
const narrowest = 12;

/**
 * Rows in columns, without frames. On a terminal the first column, the names, gives way (`…`) where the whole
 * would not fit; piped, nothing is cut.
 *
 * @param width of the terminal in characters; null: it is none.
 */
export function tableText<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number | null = lineWidth(process.stdout),
): string {
  const cells = rows.map((row) => columns.map((column) => printable(column.cell(row))));
  const table = new Table({
    head: columns.map(({ head }) => styled("bold", head)),
    chars: noFrame,
    style: { "padding-left": 0, "padding-right": gap, head: [], border: [], compact: true },
    colAligns: columns.map(({ align }) => align ?? "left"),
    colWidths: columnWidths(columns, cells, width),
  });
  rows.forEach((row, index) => {
    table.push(
      columns.map(({ emphasis }, at) => {
        const text = cells[index]?.[at] ?? "";
        return emphasis === undefined ? text : styled(emphasis(row), text);
      }),
    );
  });
  return table.toString().replace(/[ ]+$/gm, "");
}

function columnWidths<Row>(
  columns: readonly Column<Row>[],
  cells: readonly (readonly string[])[],
  width: number | null,
): number[] {
  const widths = columns.map(({ head }, at) =>
    cells.reduce((widest, row) => Math.max(widest, (row[at]?.length ?? 0) + gap), head.length + gap),
  );
  const [first = 0, ...others] = widths;
  if (width === null) return widths;
  const left = width - others.reduce((sum, each) => sum + each, 0) + gap;
  return [Math.min(first, Math.max(narrowest, left)), ...others];
}

const noFrame = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: "",
} as const;
