/** The code blocks of a README. */

export interface Example {
  /** The heading it stands under. */
  readonly heading: string;
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly code: string;
}

/** Languages of blocks that are not TypeScript, and so no examples. */
const others: ReadonlySet<string> = new Set(["sh", "json", "text"]);

/** In their order. @throws for a block of a language that is neither `ts` nor known to be something else. */
export function readExamples(markdown: string): readonly Example[] {
  const examples: Example[] = [];
  let heading = "";
  for (const match of markdown.matchAll(/^#+ (.+)$|^```(.*)\n([^]*?)^```$/gm)) {
    const [whole, title, language, code = ""] = match;
    if (title !== undefined) heading = title;
    else if (language === "ts") examples.push({ heading, line: lineAt(markdown, match.index) + 1, code });
    else if (!others.has(language ?? "")) {
      throw new Error(
        `A code block is in "${language}", neither ts nor ${[...others].join(", ")}:\n${whole}`,
      );
    }
  }
  return examples;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split("\n").length;
