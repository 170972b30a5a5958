import type { Command } from "commander";
import { showBudget } from "./budget.ts";
import { withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";

/** The same as `certmill budget`: one looks for it beside the other reports. */
export function registerReportBudget(report: Command): void {
  const command = report
    .command("budget")
    .description("tell what is left of the CAs' limits, when it refills, who spent it and who waits")
    .argument("[ca]", "only this CA's")
    .action(showBudget);
  withExamples(withServerOptions(command), "certmill report budget");
}
