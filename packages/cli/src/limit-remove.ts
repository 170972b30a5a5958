import { operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { ruleText } from "./terminal/limit-text.ts";
import { print, printJson } from "./terminal/print.ts";

export function registerLimitRemove(limit: Command): void {
  const command = limit
    .command("remove")
    .description("remove a limit that was set; what was there before holds again")
    .argument("<id>", "the limit's id, from: certmill limit list")
    .action(removeLimit);
  withExamples(withServerOptions(command), "certmill limit remove 3");
}

async function removeLimit(id: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const removed = await client.call(operations.removeLimit, { params: { id } });
  if (options.json === true) return printJson(removed);
  const whose = removed.key === null ? "" : ` for ${removed.key}`;
  await print(`${removed.ca}: ${removed.limit}${whose} of ${ruleText(removed)} is removed.`);
}
