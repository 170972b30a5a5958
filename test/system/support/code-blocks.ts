/** The code blocks of a page in Markdown. */

export interface CodeBlock {
  /** The heading it stands under. */
  readonly heading: string;
  /** The word after the fence; "" without one. */
  readonly language: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** In their order. */
export function codeBlocks(markdown: string): readonly CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = "";
  for (const match of markdown.matchAll(/^#+ (.+)$|^```(.*)\n([^]*?)^```$/gm)) {
    const [, title, language = "", code = ""] = match;
    if (title !== undefined) heading = title;
    else blocks.push({ heading, language, line: lineAt(markdown, match.index) + 1, code });
  }
  return blocks;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
