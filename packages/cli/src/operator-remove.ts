import { operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";

export function registerOperatorRemove(operator: Command): void {
  const command = operator
    .command("remove")
    .description("remove somebody; their sessions end at once")
    .argument("<name>", "the name that they sign in with")
    .action(removeOperator);
  withExamples(withServerOptions(command), "certmill operator remove alice");
}

async function removeOperator(name: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const removed = await client.call(operations.removeOperator, { params: { name } });
  if (options.json === true) return printJson(removed);
  await print(`${printable(removed.name)} does not sign in any more.`);
}
