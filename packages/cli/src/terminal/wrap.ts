/** Characters in a line of this stream; null: it is no terminal, and lines are as long as they are. */
export function lineWidth(stream: NodeJS.WriteStream): number | null {
  if (!stream.isTTY) return null;
  // Some pseudo-terminals say 0.
  return stream.columns > 0 ? stream.columns : 80;
}

/**
 * Breaks sentences between words so that no line is wider than the terminal; a longer word stays whole. A log
 * or a pipe gets whole lines.
 *
 * @param indent spaces before every line but the first, for text that begins so far to the right.
 */
export function wrapFor(stream: NodeJS.WriteStream, text: string, indent = 0): string {
  const width = lineWidth(stream);
  if (width === null) return text;
  return wrap(text, Math.max(20, width - indent)).join(`\n${" ".repeat(indent)}`);
}

/** A number stays with its unit: `(310 ms)`. */
const betweenWords = / (?!(?:ms|s|min|h|d)\b)/;

/** @returns lines of at most `width` characters, but for longer words. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current: string | null = null;
  for (const word of text.split(betweenWords)) {
    const longer: string = current === null ? word : `${current} ${word}`;
    if (longer.length > width && current !== null) {
      lines.push(current);
      current = word;
    } else {
      current = longer;
    }
  }
  return current === null ? lines : [...lines, current];
}
