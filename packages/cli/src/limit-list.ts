import { type LimitRule, operations, pages } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { ruleText } from "./terminal/limit-text.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { type Emphasis, styled } from "./terminal/style.ts";
import { instantText } from "./terminal/time-text.ts";
import { wrapFor } from "./terminal/wrap.ts";

export function registerLimitList(limit: Command): void {
  const command = limit
    .command("list")
    .description("list the CAs' limits: built in and set, what holds now and what starts when")
    .argument("[ca]", "only this CA's")
    .action(listLimits);
  withExamples(withServerOptions(command), "certmill limit list", "certmill limit list letsencrypt");
}

async function listLimits(ca: string | undefined, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  let last: LimitRule | null = null;
  for await (const { items } of pages(client, operations.listLimits, { query: { ca, limit: 1_000 } })) {
    for (const rule of items) {
      await (options.json === true ? printJson(rule) : print(linesOf(rule, last)));
      last = rule;
    }
  }
  if (last === null && options.json !== true) {
    remark("No limits are known: what the CAs refuse is kept to, and nothing else.");
  }
}

/** A rule, under the names of its CA and limit where they are not those of the rule before. */
function linesOf(rule: LimitRule, before: LimitRule | null): string {
  const isNewCa = rule.ca !== before?.ca;
  const lines = isNewCa ? [styled("bold", rule.ca)] : [];
  if (isNewCa || rule.limit !== before?.limit) lines.push(`  ${rule.limit}`);
  return [...lines, `    ${ruleLine(rule)}`].join("\n");
}

function ruleLine(rule: LimitRule): string {
  const { id, key, state, startsAt, note } = rule;
  const word = state === "starts" && startsAt !== null ? `from ${instantText(startsAt)}` : state;
  const facts = [
    ruleText(rule),
    ...(key === null ? [] : [`for ${key}`]),
    id === null ? "built in" : `id ${id}`,
    ...(note === null ? [] : [note]),
  ];
  const text = wrapFor(process.stdout, printable(facts.join("; ")), 4 + word.length + 2);
  return `${styled(emphasisOf(state), word)}${" ".repeat(Math.max(2, 10 - word.length))}${text}`;
}

function emphasisOf(state: LimitRule["state"]): Emphasis {
  if (state === "holds") return "green";
  return state === "starts" ? "yellow" : "dim";
}
