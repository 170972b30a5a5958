import type { ChallengePath, PathStep } from "@certmill/api";
import { markedLines, verdictText } from "./marked-lines.ts";
import { printable } from "./printable.ts";
import { styled } from "./style.ts";

/** What stands above the steps of one part. */
const headings = {
  dns: () => "DNS",
  challenge: ({ address }: PathStep) => `By ${address}`,
  tls: ({ address }: PathStep) => `By ${address}`,
  delivery: () => "Edges",
  vantage: () => "From elsewhere",
} as const;

/** The steps under the place they are at, each with a mark, and below it what to do. */
export function pathText({ name, right, steps }: ChallengePath): string {
  const lines: string[] = [styled("bold", printable(name))];
  let heading = "";
  for (const step of steps) {
    const next = headings[step.part](step);
    if (next !== heading) lines.push("", styled("bold", printable(next)));
    heading = next;
    lines.push(...markedLines({ ...step, sentence: saidOf(step) }));
  }
  const wrong = steps.filter(({ state }) => state === "wrong").length;
  return [...lines, "", verdictText(right ? 0 : wrong)].join("\n");
}

const saidOf = ({ part, sentence }: PathStep): string => (part === "tls" ? `TLS: ${sentence}` : sentence);
