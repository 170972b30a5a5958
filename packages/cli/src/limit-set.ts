import { type LimitName, type LimitRule, limitNames, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { limitName, periodSeconds, startText } from "./limit-values.ts";
import { wholeNumber } from "./option-values.ts";
import { ruleText } from "./terminal/limit-text.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { styled } from "./terminal/style.ts";
import { instantText } from "./terminal/time-text.ts";
import { wrapFor } from "./terminal/wrap.ts";

interface LimitSetOptions extends ServerOptions {
  readonly count: number;
  readonly burst?: number;
  readonly period: number;
  readonly key?: string;
  readonly from?: string;
  readonly note?: string;
}

export function registerLimitSet(limit: Command): void {
  const command = limit
    .command("set")
    .description("set a limit that a CA granted, or that you want to keep to")
    .argument("<ca>", "the CA's name, from: certmill ca list")
    .argument("<limit>", "what the CA counts, by its name in: certmill limit list", limitName)
    .requiredOption("--count <n>", "so many more in each period, evenly", wholeNumber(1))
    .option("--burst <n>", "so many at once (default: as many as --count)", wholeNumber(1))
    .requiredOption("--period <time>", "the period: 7d, 3h, 90s", periodSeconds)
    .option("--key <domain>", "only for this registered domain")
    .option("--from <day>", "from when it holds, in UTC (default: from now on)", startText)
    .option("--note <text>", "for people: the CA's ticket, who asked for it")
    .addHelpText("after", ["", "Limits:", ...limitNames.map((name) => `  ${name}`)].join("\n"))
    .action(setLimit);
  withExamples(
    withServerOptions(command),
    "certmill limit set letsencrypt new-orders-per-account --count 25000 --period 7d --from 2026-12-06",
    "certmill limit set letsencrypt new-certificates-per-registered-domain --count 300 --period 7d --key example.com",
  );
}

async function setLimit(ca: string, limit: LimitName, options: LimitSetOptions): Promise<void> {
  const { count, burst = count, period, key, from: startsAt, note } = options;
  const client = await connect(options);
  const body = {
    ca,
    limit,
    burst,
    count,
    periodSeconds: period,
    ...(key === undefined ? {} : { key }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(note === undefined ? {} : { note }),
  };
  const set = await client.call(operations.setLimit, { body });
  if (options.json === true) return printJson(set);
  await print(sentence(set.rule));
  for (const warning of set.warnings) {
    remark(`${styled("yellow", "Note:", process.stderr)} ${wrapFor(process.stderr, warning, 6)}`);
  }
}

function sentence(rule: LimitRule): string {
  const { ca, limit, key, state, startsAt } = rule;
  const whose = key === null ? "" : ` for ${key}`;
  const from = state === "starts" && startsAt !== null ? ` from ${instantText(startsAt)} on` : "";
  const hidden = state === "replaced" ? ". One that was set with a later start holds instead" : "";
  return `${ca}: ${limit}${whose} is ${ruleText(rule)}${from}${hidden}.`;
}
