import { type Emphasis, styled } from "./style.ts";

/** A short text that is never broken. */
export interface Word {
  readonly text: string;
  readonly emphasis?: Emphasis;
}

const gap = "  ";

/** Short texts side by side, in as many lines as they need. @param width in characters; null: one line. */
export function flow(words: readonly Word[], width: number | null): string {
  const lines: Word[][] = [[]];
  let filled = 0;
  for (const word of words) {
    const line = lines.at(-1) ?? [];
    const wanted = word.text.length + (line.length === 0 ? 0 : gap.length);
    if (width !== null && line.length > 0 && filled + wanted > width) {
      lines.push([word]);
      filled = word.text.length;
    } else {
      line.push(word);
      filled += wanted;
    }
  }
  return lines.map((line) => line.map(shown).join(gap)).join("\n");
}

const shown = ({ text, emphasis }: Word): string => (emphasis === undefined ? text : styled(emphasis, text));
