import { operations, type Replacement } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "../connection.ts";
import { withExamples } from "../examples.ts";
import { printWholeList } from "../print-list.ts";
import { numberText } from "../terminal/number-text.ts";
import { replacementEmphasis, selectionText } from "../terminal/replacement-text.ts";
import type { Column } from "../terminal/table.ts";
import { dayText } from "../terminal/time-text.ts";

export function registerReplaceList(replace: Command): void {
  const command = replace
    .command("list")
    .description("list the mass replacements, the newest first")
    .action(listReplacements);
  withExamples(withServerOptions(command), "certmill replace list");
}

async function listReplacements(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listReplacements,
    columns,
    none: "No replacement yet.",
  });
}

const columns: readonly Column<Replacement>[] = [
  { head: "ID", cell: ({ id }) => id, align: "right" },
  { head: "STATE", cell: ({ state }) => state, emphasis: ({ state }) => replacementEmphasis(state) },
  { head: "WHAT", cell: selectionText },
  { head: "REPLACED", cell: ({ certificates }) => numberText(certificates.replaced), align: "right" },
  { head: "OF", cell: ({ certificates }) => numberText(certificates.total), align: "right" },
  { head: "FAILING", cell: ({ certificates }) => numberText(certificates.failing), align: "right" },
  { head: "BEGUN", cell: ({ startedAt }) => (startedAt === null ? "" : dayText(startedAt)) },
];
