import { numberText } from "../terminal/number-text.ts";
import { axisEnd, type DaySeries, inColumns } from "./day-series.ts";

const blocks = " ▁▂▃▄▅▆▇█";
const height = 8;

/** Certificates a day as columns of blocks, within `width` characters. */
export function terminalChart({ firstDay, certificates }: DaySeries, width: number): readonly string[] {
  const length = certificates.findLastIndex((value) => value > 0) + 1;
  const shown = certificates.slice(0, Math.max(1, length));
  const most = axisEnd(Math.max(...shown));
  const label = numberText(most).length;
  const columns = inColumns(shown, width - label - 2);
  const rows = Array.from({ length: height }, (_, row) => {
    const base = height - 1 - row;
    const bars = columns.map((value) => blockOf((value / most) * height - base)).join("");
    const mark = row === 0 ? numberText(most) : row === height - 1 ? "0" : "";
    return `${mark.padStart(label)} ${mark === "" ? "│" : "┤"}${bars}`.trimEnd();
  });
  const last = dayAfter(firstDay, shown.length - 1);
  const axis = `${" ".repeat(label + 2)}${firstDay}${last.padStart(Math.max(last.length + 1, columns.length - firstDay.length))}`;
  return [...rows, axis];
}

const blockOf = (filled: number): string => blocks[Math.max(0, Math.min(8, Math.round(filled * 8)))] ?? " ";

export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
