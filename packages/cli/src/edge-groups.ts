import { type EdgeGroup, operations } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { keyPolicyText } from "./key-policy.ts";
import { printWholeList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";

export function registerEdgeGroups(edge: Command): void {
  const command = edge
    .command("groups")
    .description("list the edge groups: the keys of their certificates, and when one is served")
    .action(listEdgeGroups);
  withExamples(withServerOptions(command), "certmill edge groups");
}

async function listEdgeGroups(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listEdgeGroups,
    columns,
    none: "No edge groups.",
  });
}

const columns: readonly Column<EdgeGroup>[] = [
  { head: "GROUP", cell: ({ name }) => name },
  { head: "KEYS", cell: ({ keys }) => keyPolicyText(keys) },
  { head: "TYPE", cell: ({ keyType }) => keyType },
  { head: "KEPT", cell: ({ keysKeptDays: days }) => (days === null ? "default" : `${days} days`) },
  { head: "CHALLENGE", cell: ({ challenge }) => challenge ?? "best for each" },
  { head: "SERVED WHEN", cell: ({ servedWhen }) => servedWhen },
];
