/** Breaks sentences between words so that no line is wider than `width`; a longer word stays whole. */
export function wrap(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, width))
    .join("\n");
}

function wrapLine(line: string, width: number): string {
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (longer.length > width && current !== "") {
      lines.push(current);
      current = word;
    } else {
      current = longer;
    }
  }
  return [...lines, current].join("\n");
}

/** Wraps for a person at a terminal; a log or a pipe gets whole lines. */
export function wrapFor(stream: NodeJS.WriteStream, text: string): string {
  return stream.isTTY ? wrap(text, Math.max(40, stream.columns)) : text;
}
