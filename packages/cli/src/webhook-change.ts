import { operations, type WebhookSummary } from "@certmill/api";
import type { Command } from "commander";
import { confirm } from "./confirm.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { wholeNumber } from "./option-values.ts";
import { print, printJson, remark } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { instantText } from "./terminal/time-text.ts";
import { wrapFor } from "./terminal/wrap.ts";

const idHelp = "its id, from: certmill webhook list";

export function registerWebhookPause(webhook: Command): void {
  const command = webhook
    .command("pause")
    .description("send a webhook nothing for now; it keeps its place")
    .argument("<id>", idHelp)
    .action(async (id: string, options: ServerOptions) => {
      const client = await connect(options);
      await tell(await client.call(operations.pauseWebhook, { params: { id } }), options);
    });
  withExamples(withServerOptions(command), "certmill webhook pause 1");
}

export function registerWebhookResume(webhook: Command): void {
  const command = webhook
    .command("resume")
    .description("let a webhook that was paused or disabled go on from its place, at once")
    .argument("<id>", idHelp)
    .action(async (id: string, options: ServerOptions) => {
      const client = await connect(options);
      await tell(await client.call(operations.resumeWebhook, { params: { id } }), options);
    });
  withExamples(withServerOptions(command), "certmill webhook resume 1");
}

export function registerWebhookReplay(webhook: Command): void {
  const command = webhook
    .command("replay")
    .description("send a webhook again what it was sent before; messages keep their ids")
    .argument("<id>", idHelp)
    .requiredOption("--from <place>", "a message's cursor, an instant, or now: what waits is left out")
    .action(async (id: string, options: ServerOptions & { readonly from: string }) => {
      const client = await connect(options);
      const { from } = options;
      await tell(await client.call(operations.replayWebhook, { params: { id }, body: { from } }), options);
    });
  withExamples(
    withServerOptions(command),
    "certmill webhook replay 1 --from 2026-11-22T12:00:00Z",
    "certmill webhook replay 1 --from now",
  );
}

export function registerWebhookRemove(webhook: Command): void {
  const command = webhook
    .command("remove")
    .description("remove a webhook; it is told no more")
    .argument("<id>", idHelp)
    .option("--yes", "do not ask")
    .action(removeWebhook);
  withExamples(withServerOptions(command), "certmill webhook remove 1 --yes");
}

async function removeWebhook(id: string, options: ServerOptions & { readonly yes?: boolean }): Promise<void> {
  const client = await connect(options);
  if (options.yes !== true)
    await confirm(async () => {
      const { url } = await client.call(operations.showWebhook, { params: { id } });
      return { question: `Remove the webhook to ${printable(url)}?`, otherwise: "Nothing was removed." };
    });
  const removed = await client.call(operations.removeWebhook, { params: { id } });
  if (options.json === true) return printJson(removed);
  await print(`Webhook ${removed.id} is removed: ${printable(removed.url)}`);
}

export function registerWebhookRotateSecret(webhook: Command): void {
  const command = webhook
    .command("rotate-secret")
    .description("give a webhook a new secret, printed alone; messages are signed with both for a while")
    .argument("<id>", idHelp)
    .option("--keep-old-hours <n>", "until the old secret ends (default: 24)", wholeNumber(0))
    .action(rotateSecret);
  withExamples(withServerOptions(command), "certmill webhook rotate-secret 1 --keep-old-hours 72 > secret");
}

async function rotateSecret(
  id: string,
  options: ServerOptions & { readonly keepOldHours?: number },
): Promise<void> {
  const { keepOldHours, json } = options;
  const client = await connect(options);
  const body = keepOldHours === undefined ? {} : { keepOldHours };
  const changed = await client.call(operations.rotateWebhookSecret, { params: { id }, body });
  if (json === true) return printJson(changed);
  await print(changed.secret);
  const until = changed.oldSecretUntil === null ? "" : instantText(changed.oldSecretUntil);
  remark(`Messages are signed with the old secret, too, until ${until}. The new one is not shown again.`);
}

async function tell(webhook: WebhookSummary, { json }: ServerOptions): Promise<void> {
  if (json === true) return printJson(webhook);
  const { id, state, reason } = webhook;
  await print(
    wrapFor(process.stdout, `Webhook ${id} is ${state}.${reason === null ? "" : ` ${printable(reason)}`}`),
  );
}
