import { operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson, remark } from "./terminal/print.ts";

interface WebhookAddOptions extends ServerOptions {
  readonly kinds?: string;
  readonly tenant?: string;
}

export function registerWebhookAdd(webhook: Command): void {
  const command = webhook
    .command("add")
    .description("tell an address of what happens from now on; its secret is printed this once, alone")
    .argument("<url>", "where messages are sent: https://…")
    .option("--kinds <types>", "only these types of messages, separated by commas (default: all)")
    .option("--tenant <name>", "only what happens to this tenant's domains")
    .action(addWebhook);
  withExamples(
    withServerOptions(command),
    "certmill webhook add https://example.com/certmill > secret",
    "certmill webhook add https://example.com/certmill --kinds certificate.issued,issuance.failed --tenant acme",
  );
}

async function addWebhook(url: string, options: WebhookAddOptions): Promise<void> {
  const { kinds, tenant, json } = options;
  const types = kinds?.split(",").map((kind) => kind.trim());
  const client = await connect(options);
  const added = await client.call(operations.addWebhook, {
    body: {
      url,
      ...(types === undefined ? {} : { types }),
      ...(tenant === undefined ? {} : { tenant }),
    },
  });
  if (json === true) return printJson(added);
  await print(added.secret);
  remark(
    `Webhook ${added.id} is told from now on. Its secret is not shown again; try it with: certmill webhook test ${added.id}`,
  );
}
