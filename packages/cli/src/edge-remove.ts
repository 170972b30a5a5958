import { type Edge, operations } from "@certmill/api";
import type { Command } from "commander";
import { badInput } from "./command-error.ts";
import { confirm } from "./confirm.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";

interface EdgeRemoveOptions extends ServerOptions {
  readonly group?: string;
  readonly yes?: boolean;
}

export function registerEdgeRemove(edge: Command): void {
  const command = edge
    .command("remove")
    .description("remove an edge: its key is refused from now on, and nothing waits for its receipts")
    .argument("<name>", "the edge's name, from: certmill edge list")
    .option("--group <name>", "its group, where edges of several groups have the name")
    .option("--yes", "do not ask")
    .action(removeEdge);
  withExamples(withServerOptions(command), "certmill edge remove paris-1 --yes");
}

async function removeEdge(name: string, options: EdgeRemoveOptions): Promise<void> {
  const client = await connect(options);
  const { group } = options;
  const query = { name, ...(group === undefined ? {} : { group }) };
  const edge = theOne(name, (await client.call(operations.listEdges, { query })).items);
  if (options.yes !== true) {
    await confirm(async () => ({
      question: `Remove the edge ${printable(edge.name)} of the group ${printable(edge.group)}?`,
      otherwise: "Nothing was removed.",
    }));
  }
  const removed = await client.call(operations.removeEdge, { params: { id: edge.id } });
  if (options.json === true) return printJson(removed);
  await print(`Removed: ${printable(removed.name)} of the group ${printable(removed.group)}.`);
  if (!removed.hadKey) {
    await print(
      "It came with a token of its group: until that is revoked (certmill token revoke), it may come back.",
    );
  }
}

/** @throws {CommandError} where there is none of this name, or several. */
function theOne(name: string, edges: readonly Edge[]): Edge {
  const [edge, ...others] = edges;
  if (edge === undefined) throw badInput(`There is no edge "${name}" here.`, "See: certmill edge list");
  if (others.length === 0) return edge;
  const groups = edges.map(({ group }) => group).join(", ");
  throw badInput(`Several groups have an edge "${name}": ${groups}.`, "Say which with --group.");
}
