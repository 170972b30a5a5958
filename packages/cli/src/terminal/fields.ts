import { printable } from "./printable.ts";
import { styled } from "./style.ts";

/** A label and what it says; null is not shown. */
export type Field = readonly [label: string, value: string | null];

/** One fact a line, the values below each other. */
export function fieldsText(fields: readonly Field[]): string {
  const shown = fields.filter(([, value]) => value !== null);
  const width = shown.reduce((widest, [label]) => Math.max(widest, label.length), 0);
  return shown
    .map(([label, value]) => `${styled("dim", label.padEnd(width))}  ${printable(value ?? "")}`)
    .join("\n");
}
