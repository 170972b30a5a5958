import { operations, type Webhook } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { fieldsText } from "./terminal/fields.ts";
import { numberText } from "./terminal/number-text.ts";
import { print, printJson } from "./terminal/print.ts";
import { printable } from "./terminal/printable.ts";
import { stateEmphasis, styled } from "./terminal/style.ts";
import { durationText, instantFromNow, instantText } from "./terminal/time-text.ts";

export function registerWebhookShow(webhook: Command): void {
  const command = webhook
    .command("show")
    .description("show a webhook: how far behind it is, its last answers, what is held back")
    .argument("<id>", "its id, from: certmill webhook list")
    .action(showWebhook);
  withExamples(withServerOptions(command), "certmill webhook show 1");
}

async function showWebhook(id: string, options: ServerOptions): Promise<void> {
  const client = await connect(options);
  const webhook = await client.call(operations.showWebhook, { params: { id } });
  await (options.json === true ? printJson(webhook) : print(webhookText(webhook, Date.now())));
}

function webhookText(webhook: Webhook, now: number): string {
  const { url, state, answers, held } = webhook;
  return [
    `${styled("bold", printable(url))}  ${styled(stateEmphasis(state), state)}`,
    fieldsText([
      ["Why", webhook.reason],
      ["Types", webhook.types === null ? "all" : webhook.types.join(", ")],
      ["Tenant", webhook.tenant],
      ["Taken", numberText(webhook.delivered)],
      ["Behind", behindText(webhook, now)],
      ["Held back", webhook.heldBack === 0 ? null : `${numberText(webhook.heldBack)} domains`],
      ["Failing since", instantOrNull(webhook.failingSince, now)],
      ["Next try", instantOrNull(webhook.nextTryAt, now)],
      ["Old secret until", instantOrNull(webhook.oldSecretUntil, now)],
      ["Cursor", webhook.cursor],
    ]),
    ...section("Last answers", answers.map(answerLine)),
    ...section(
      "Held back",
      held.map((each) => heldLine(each, now)),
    ),
  ].join("\n");
}

const instantOrNull = (at: string | null, now: number): string | null =>
  at === null ? null : instantFromNow(at, now);

function behindText({ behind: { events, more, oldestAt } }: Webhook, now: number): string {
  if (oldestAt === null) return "nothing";
  return `${more ? "more than " : ""}${numberText(events)} events, the first of ${instantFromNow(oldestAt, now)}`;
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ["", styled("bold", title), ...lines];

function answerLine({ at, type, domain, status, tookMs, detail }: Webhook["answers"][number]): string {
  const what = `${type}${domain === null ? "" : ` of ${domain}`}`;
  const words = `${status === null ? "no answer" : `HTTP ${status}`} after ${durationText(tookMs)}`;
  return printable(`${instantText(at)}  ${what}: ${words}${detail === "" ? "" : `, ${detail}`}`);
}

function heldLine({ domain, attempts, nextTryAt, answer }: Webhook["held"][number], now: number): string {
  const tries = attempts === 1 ? "1 try" : `${attempts} tries`;
  return printable(
    `${domain ?? "what is about no domain"}: ${tries}, ${answer}; next ${instantFromNow(nextTryAt, now)}`,
  );
}
