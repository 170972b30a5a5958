import { printable } from "./printable.ts";
import { styled } from "./style.ts";
import { wrapFor } from "./wrap.ts";

/** A label and what it says; null is not shown. */
export type Field = readonly [label: string, value: string | null];

const gap = 2;

/** One fact a line, the values below each other. */
export function fieldsText(fields: readonly Field[]): string {
  const shown = fields.filter(([, value]) => value !== null);
  const width = shown.reduce((widest, [label]) => Math.max(widest, label.length), 0);
  return shown
    .map(([label, value]) => {
      const text = wrapFor(process.stdout, printable(value ?? ""), width + gap);
      return `${styled("dim", label.padEnd(width + gap))}${text}`;
    })
    .join("\n");
}
