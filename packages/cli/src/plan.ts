import { type Command, Option } from "commander";
import { withServerOptions } from "./connection.ts";
import { keyTypes } from "./domain-request.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import {
  endOfDay,
  percentage,
  startOfDay,
  writtenCa,
  writtenDomainOverride,
  writtenOverride,
  writtenSecondCa,
} from "./plan/plan-options.ts";
import type { PlanCommandOptions } from "./plan/run-plan.ts";

export function registerPlan(program: Command): void {
  const command = program
    .command("plan")
    .description(
      "say when a list of domains would be done, and what would make it faster; nothing is ordered",
    )
    .argument("[file]", "the list, as domain import takes it; - reads standard input")
    .option("--count <n>", "in place of a list: so many domains, each registered by itself", wholeNumber(1))
    .option(
      "--limits <set[=weight]>",
      "plan without a server, for a CA with the built-in limits of letsencrypt, letsencrypt-staging, zerossl, google or none (repeatable)",
      writtenCa,
    )
    .option("--finish-by <day>", "the UTC day on which it should be done", endOfDay)
    .option("--start <day>", "the UTC day on which it begins (default: now)", startOfDay)
    .option(
      "--override <rule>",
      "new orders that a CA allows: 25000/week, or from a day on le:25000/week@2026-12-10 (repeatable)",
      writtenOverride,
    )
    .option(
      "--domain-override <rule>",
      "certificates that it allows for a registered domain: hoster.example=5000/week (repeatable)",
      writtenDomainOverride,
    )
    .option(
      "--second-ca <set[=share]>",
      "a further CA with built-in limits, first choice for a share: zerossl=20%",
      writtenSecondCa,
    )
    .option("--pack <names>", "names in one certificate at most (default: 1, a domain's own)", wholeNumber(1))
    .option("--across-tenants", "let domains of several tenants share a certificate")
    .addOption(
      new Option(
        "--key-type <type>",
        "the certificates' keys; p256+rsa2048: a certificate for each (default: as the tenant or the edge group has it, else p256)",
      ).choices(keyTypes),
    )
    .option("--tenant <name>", "the tenant whose the list is, for the keys that it has")
    .option(
      "--edge-group <name>",
      "the edge group that serves the list, for the keys that it has (default: default)",
    )
    .option("--failing <share>", "domains that never succeed (default: 8%)", percentage)
    .option(
      "--checks-first",
      "names are checked before they are ordered: wrong ones come last (default: as the server does)",
    )
    .option(
      "--new-per-day <n>",
      "new domains a day beside the list (default: as in the last week)",
      wholeNumber(0),
    )
    .option(
      "--renewals-per-day <n>",
      "renewals a day beside the list (default: as the fleet is)",
      wholeNumber(0),
    )
    .option("--simulate", "run the plan order by order against the sim CA, and show both side by side")
    .option("--seed <n>", "with --simulate: what is left to chance follows from it", wholeNumber(0), 1)
    .option("--svg <file>", "write the chart of certificates a day as SVG")
    .option("--png <file>", "write it as PNG")
    .action(plan);
  withExamples(
    withServerOptions(command),
    "certmill plan customers.csv --finish-by 2027-02-20",
    "certmill plan --count 500000 --limits letsencrypt --override 50000/week",
    "certmill plan customers.csv --key-type p256+rsa2048",
    "certmill plan customers.csv --second-ca zerossl=20% --pack 50 --png plan.png",
    "certmill plan --count 50000 --limits letsencrypt --checks-first --simulate",
  ).addHelpText("after", notes);
}

const notes = `
How a plan is made, and what it does not know: docs/plan.md.`;

async function plan(path: string | undefined, options: PlanCommandOptions): Promise<void> {
  const { runPlan } = await import("./plan/run-plan.ts");
  await runPlan(path, options);
}
