import { operations } from "@certmill/api";
import type { Command } from "commander";
import { CommandError } from "./command-error.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { durationText } from "./terminal/time-text.ts";

export function registerWebhookTest(webhook: Command): void {
  const command = webhook
    .command("test")
    .description("send a webhook a test message, once and at once; ends with 1 when it is not taken")
    .argument("<id>", "its id, from: certmill webhook list")
    .action(testWebhook);
  withExamples(withServerOptions(command), "certmill webhook test 1");
}

async function testWebhook(id: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const outcome = await client.call(operations.testWebhook, { params: { id } });
  const { taken, status, tookMs, detail } = outcome;
  if (options.json === true) await printJson(outcome);
  const words = `${status === null ? "no answer" : `HTTP ${status}`} after ${durationText(tookMs)}${detail === "" ? "" : `, ${printable(detail)}`}`;
  if (!taken) throw new CommandError("not-taken", `It was not taken: ${words}.`, { ending: "failed" });
  if (options.json !== true) await print(`It was taken: ${words}.`);
}
