import { type Budget, operations, pages } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { budgetText } from "./terminal/budget-text.ts";
import { print, printJson, remark } from "./terminal/print.ts";

export function registerBudget(program: Command): void {
  const command = program
    .command("budget")
    .description("show what is left of the CAs' limits, when it refills, who spent it and who waits")
    .argument("[ca]", "only this CA's")
    .action(showBudget);
  withExamples(
    withServerOptions(command),
    "certmill budget",
    "certmill budget letsencrypt --json | jq .account[0].left",
  );
}

/** Of all CAs, or of one. */
export async function showBudget(ca: string | undefined, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  let last: Budget | null = null;
  for await (const { items } of pages(client, operations.listBudgets, { query: { ca } })) {
    for (const budget of items) {
      const text = (): string => `${last === null ? "" : "\n"}${budgetText(budget, Date.now())}`;
      await (options.json === true ? printJson(budget) : print(text()));
      last = budget;
    }
  }
  if (last === null && options.json !== true) {
    remark("No CA yet. Add one: certmill ca add letsencrypt --contact ops@example.com --agree-tos");
  }
}
