/** A docstring in its parts, as Markdown; the parts of JSDoc that this project writes. */
export interface DocComment {
  /** What stands before the first tag; "" when nothing does. */
  readonly text: string;
  readonly tags: readonly DocTag[];
}

export interface DocTag {
  /** Without the at sign. */
  readonly name: string;
  readonly text: string;
}

/** @param comment what stands between the first slash-star and the last star-slash. */
export function parseDocComment(comment: string): DocComment {
  const parts: { name: string; lines: string[] }[] = [{ name: "", lines: [] }];
  for (const line of contentLines(comment)) {
    const [, name, rest = ""] = /^@(\w+)\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) parts.at(-1)?.lines.push(line);
    else parts.push({ name, lines: [rest] });
  }
  const [first, ...tags] = parts.map(({ name, lines }) => ({ name, text: paragraph(name, lines) }));
  return { text: first?.text ?? "", tags };
}

/** Without the stars of the frame, and what indents them. */
const contentLines = (comment: string): readonly string[] =>
  comment.split("\n").map((line) => line.replace(/^\s*\*+ ?/, "").trimEnd());

/** The further lines of a tag are indented, which means nothing in Markdown; in a text it may be a list's. */
function paragraph(tag: string, lines: readonly string[]): string {
  const kept = tag === "" ? lines : lines.map((line) => line.trimStart());
  return kept.join("\n").trim();
}
