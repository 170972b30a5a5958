import { operations, type WebhookSummary } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { printWholeList } from "./print-list.ts";
import { numberText } from "./terminal/number-text.ts";
import { stateEmphasis } from "./terminal/style.ts";
import type { Column } from "./terminal/table.ts";
import { instantText } from "./terminal/time-text.ts";

export function registerWebhookList(webhook: Command): void {
  const command = webhook.command("list").description("list the webhooks").action(listWebhooks);
  withExamples(withServerOptions(command), "certmill webhook list");
}

async function listWebhooks(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listWebhooks,
    columns,
    none: "No webhooks.",
  });
}

const columns: readonly Column<WebhookSummary>[] = [
  { head: "URL", cell: ({ url }) => url },
  { head: "ID", cell: ({ id }) => id, align: "right" },
  { head: "STATE", cell: ({ state }) => state, emphasis: ({ state }) => stateEmphasis(state) },
  { head: "FOR", cell: ({ tenant }) => tenant ?? "" },
  { head: "TAKEN", cell: ({ delivered }) => numberText(delivered), align: "right" },
  { head: "HELD BACK", cell: ({ heldBack }) => numberText(heldBack), align: "right" },
  { head: "LAST", cell: ({ deliveredAt }) => (deliveredAt === null ? "never" : instantText(deliveredAt)) },
];
