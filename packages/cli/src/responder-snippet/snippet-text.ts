import { wrap } from "../terminal/wrap.ts";
import type { ProxySnippets, SnippetPart } from "./rule.ts";

const width = 110;

/** All parts, each behind a comment that says where it belongs: `# 1.`, `# 2.`, … Every language here knows `#`. */
export function snippetText(
  { title }: ProxySnippets,
  parts: readonly SnippetPart[],
  remarks: readonly string[],
) {
  const heading = `The one static rule for certificates, ${title}. It never changes, however many domains there are.`;
  return [
    [heading, ...remarks].map((text) => comment(text, "")).join("\n"),
    ...parts.map(({ where, text }, index) => `${comment(where, `${index + 1}. `)}\n${text}`),
  ].join("\n\n");
}

const comment = (text: string, number: string): string =>
  wrap(text, width - 2 - number.length)
    .map((line, index) => `# ${index === 0 ? number : " ".repeat(number.length)}${line}`)
    .join("\n");
