import { type DomainState, type DomainSummary, domainStates, operations } from "@certmill/api";
import { type Command, Option } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import { printList } from "./print-list.ts";
import { stateEmphasis } from "./terminal/style.ts";
import type { Column } from "./terminal/table.ts";
import { dayText, instantText } from "./terminal/time-text.ts";

interface DomainListOptions extends ServerOptions {
  readonly state?: DomainState;
  readonly tenant?: string;
  readonly prefix?: string;
  readonly limit: number;
  readonly all?: boolean;
}

export function registerDomainList(domain: Command): void {
  const command = domain
    .command("list")
    .description("list domains in the order of their names")
    .addOption(new Option("--state <state>", "only those in this state").choices(domainStates))
    .option("--tenant <name>", "only this customer's")
    .option("--prefix <text>", "only names that begin so")
    .option("--limit <n>", "how many to show", wholeNumber(1), 100)
    .option("--all", "show all of them")
    .action(listDomains);
  withExamples(
    withServerOptions(command),
    "certmill domain list --state failed",
    "certmill domain list --all --json | jq -r .name",
  );
}

async function listDomains(options: DomainListOptions): Promise<void> {
  const { state, tenant, prefix } = options;
  const client = await connect(options);
  await printList({
    client,
    operation: operations.listDomains,
    query: { state, tenant, prefix },
    columns,
    none: "No domains.",
    most: options.all === true ? Number.POSITIVE_INFINITY : options.limit,
    json: options.json === true,
  });
}

const columns: readonly Column<DomainSummary>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "STATE", cell: ({ state }) => state, emphasis: ({ state }) => stateEmphasis(state) },
  { head: "EXPIRES", cell: ({ certificate }) => (certificate === null ? "" : dayText(certificate.notAfter)) },
  { head: "NEXT TRY", cell: ({ nextTryAt }) => (nextTryAt === null ? "" : instantText(nextTryAt)) },
  { head: "TENANT", cell: ({ tenant }) => tenant ?? "" },
];
