import { type CodeBlock, codeBlocks } from "../support/code-blocks.ts";

export type Example = Omit<CodeBlock, "language">;

/** Languages of blocks that are not TypeScript, and so no examples. */
const others: ReadonlySet<string> = new Set(["sh", "json", "text"]);

/** A README's TypeScript, in its order. @throws for a block that is neither `ts` nor known to be something else. */
export function readExamples(markdown: string): readonly Example[] {
  const examples: Example[] = [];
  for (const { language, ...example } of codeBlocks(markdown)) {
    if (language === "ts") examples.push(example);
    else if (!others.has(language)) {
      const known = [...others].join(", ");
      throw new Error(
        `A code block is in "${language}", neither ts nor ${known}:\n${example.heading}, line ${example.line}`,
      );
    }
  }
  return examples;
}
