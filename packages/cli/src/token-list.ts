import { operations, type Token } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { printWholeList } from "./print-list.ts";
import type { Column } from "./terminal/table.ts";
import { dayText } from "./terminal/time-text.ts";

export function registerTokenList(token: Command): void {
  const command = token.command("list").description("list the tokens that work").action(listTokens);
  withExamples(withServerOptions(command), "certmill token list");
}

async function listTokens(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listTokens,
    columns,
    none: "No tokens.",
  });
}

const columns: readonly Column<Token>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "ID", cell: ({ id }) => id, align: "right" },
  { head: "SCOPE", cell: ({ scope }) => scope },
  { head: "FOR", cell: ({ tenant, edgeGroup }) => tenant ?? edgeGroup ?? "" },
  { head: "CREATED", cell: ({ createdAt }) => dayText(createdAt) },
  { head: "EXPIRES", cell: ({ expiresAt }) => (expiresAt === null ? "never" : dayText(expiresAt)) },
];
