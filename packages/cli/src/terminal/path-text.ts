import type { ChallengePath, PathStep } from "@certmill/api";
import { printable } from "./printable.ts";
import { styled } from "./style.ts";
import { wrapFor } from "./wrap.ts";

const marks = {
  right: () => styled("green", "\u2713"),
  wrong: () => styled("red", "\u2717"),
  note: () => styled("yellow", "\u00b7"),
} as const;

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
    lines.push(...stepLines(step));
  }
  const wrong = steps.filter(({ state }) => state === "wrong").length;
  const end = right
    ? styled("green", "All is right.")
    : styled("red", `${wrong} ${wrong === 1 ? "fault" : "faults"}.`);
  return [...lines, "", end].join("\n");
}

function stepLines({ state, part, sentence, code, fix }: PathStep): readonly string[] {
  const said = part === "tls" ? `TLS: ${sentence}` : sentence;
  const text = state === "right" ? said : `${said} [${code}]`;
  const line = `  ${marks[state]()} ${wrapFor(process.stdout, printable(text), 4)}`;
  return fix === null ? [line] : [line, `    \u2192 ${wrapFor(process.stdout, printable(fix), 6)}`];
}
