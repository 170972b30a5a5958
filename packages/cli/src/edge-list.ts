import { type Edge, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { type ListColumn, printList } from "./print-list.ts";
import { dayText, instantText } from "./terminal/time-text.ts";

interface EdgeListOptions extends ServerOptions {
  readonly group?: string;
}

export function registerEdgeList(edge: Command): void {
  const command = edge
    .command("list")
    .description(
      "list the edges: when they were last heard of, and how far behind they are, and how many pairs they serve half of",
    )
    .option("--group <name>", "only those of this group")
    .action(listEdges);
  withExamples(withServerOptions(command), "certmill edge list", "certmill edge list --group paris --json");
}

async function listEdges(options: EdgeListOptions): Promise<void> {
  const client = await connect(options);
  await printList({
    client,
    operation: operations.listEdges,
    query: { group: options.group },
    columns,
    none: "No edges.",
    most: Number.POSITIVE_INFINITY,
    json: options.json === true,
  });
}

const columns: readonly ListColumn<Edge>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "GROUP", cell: ({ group }) => group },
  { head: "LAST SEEN", cell: ({ lastSeenAt }) => instantText(lastSeenAt) },
  { head: "ALIVE", cell: ({ alive }) => (alive ? "yes" : "no") },
  { head: "JOINED", cell: ({ joinedAt }) => (joinedAt === null ? "by token" : dayText(joinedAt)) },
  { head: "VERSION", cell: ({ version }) => version ?? "" },
  { head: "BEHIND", cell: ({ behind }) => String(behind), align: "right" },
  {
    head: "HALF",
    cell: ({ halfPairs }) => String(halfPairs),
    align: "right",
    isShown: (edges) => edges.some(({ halfPairs }) => halfPairs > 0),
  },
];
