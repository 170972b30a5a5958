import { printable } from "./printable.ts";
import { styled } from "./style.ts";
import { wrapFor } from "./wrap.ts";

const marks = {
  right: () => styled("green", "\u2713"),
  wrong: () => styled("red", "\u2717"),
  note: () => styled("yellow", "\u00b7"),
} as const;

/** One thing that was looked at. */
export interface Marked {
  readonly state: keyof typeof marks;
  readonly code: string;
  readonly sentence: string;
  /** What to do; null: nothing. */
  readonly fix: string | null;
}

/** A mark and what was seen, with its code where it is not right, and below it what to do. */
export function markedLines({ state, sentence, code, fix }: Marked): readonly string[] {
  const text = state === "right" ? sentence : `${sentence} [${code}]`;
  const line = `  ${marks[state]()} ${wrapFor(process.stdout, printable(text), 4)}`;
  return fix === null ? [line] : [line, `    \u2192 ${wrapFor(process.stdout, printable(fix), 6)}`];
}

/** What stands below them all. */
export function verdictText(wrong: number): string {
  if (wrong === 0) return styled("green", "All is right.");
  return styled("red", `${wrong} ${wrong === 1 ? "fault" : "faults"}.`);
}
