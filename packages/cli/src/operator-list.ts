import { type Operator, operations } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { printWholeList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";
import { dayText, instantText } from "./terminal/time-text.ts";

export function registerOperatorList(operator: Command): void {
  const command = operator
    .command("list")
    .description("list who signs in with a password of Certmill's own")
    .action(listOperators);
  withExamples(withServerOptions(command), "certmill operator list");
}

async function listOperators(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listOperators,
    columns,
    none: "Nobody signs in with a password.",
  });
}

const columns: readonly Column<Operator>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "ROLE", cell: ({ role }) => role },
  { head: "TENANT", cell: ({ tenant }) => tenant ?? "" },
  { head: "SINCE", cell: ({ createdAt }) => dayText(createdAt) },
  {
    head: "LAST SIGNED IN",
    cell: ({ lastSignInAt }) => (lastSignInAt === null ? "never" : instantText(lastSignInAt)),
  },
];
