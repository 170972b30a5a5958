import { setTimeout as pause } from "node:timers/promises";
import { type Campaign, type Client, operations } from "@certmill/api";
import type { Command } from "commander";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { endWith } from "./exit-code.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { wholeNumber } from "./option-values.ts";
import { persist } from "./persist.ts";
import { campaignText, progressText } from "./terminal/campaign-text.ts";
import { print, printJson } from "./terminal/print.ts";
import { ProgressLine } from "./terminal/progress-line.ts";

interface CampaignShowOptions extends ServerOptions {
  readonly watch?: boolean;
  readonly every: number;
}

export function registerCampaignShow(campaign: Command): void {
  const command = campaign
    .command("show")
    .description("show a campaign: how far it is, what sets its pace, when it will be done")
    .argument("<name>", "its name")
    .option("--watch", "show its progress until it ends or pauses")
    .option("--every <seconds>", "how often --watch looks", wholeNumber(1), 5)
    .action(showCampaign);
  withExamples(
    withServerOptions(command),
    "certmill campaign show spring",
    "certmill campaign show spring --watch",
  );
}

async function showCampaign(name: string, options: CampaignShowOptions): Promise<void> {
  const client = await connect(options);
  const campaign = await (options.watch === true
    ? watch(client, name, options)
    : client.call(operations.showCampaign, { params: { name } }));
  if (campaign === null) return;
  await (options.json === true ? printJson(campaign) : print(campaignText(campaign, Date.now())));
}

/** Seconds for which a server that is lost is waited for. */
const patience = 120;

/** @returns the campaign once it has nothing more to show; null when the person has seen enough. */
async function watch(
  client: Client,
  name: string,
  { every, json }: CampaignShowOptions,
): Promise<Campaign | null> {
  using interruption = new Interruption();
  using progress = new ProgressLine();
  const { signal } = interruption;
  const look = (): Promise<Campaign> =>
    persist(() => client.call(operations.showCampaign, { params: { name }, signal }), {
      signal,
      giveUpAfter: patience * 1_000,
      onRetry: ({ message }) => progress.note(message),
    });
  let reason: string | null = null;
  try {
    for (;;) {
      const campaign = await look();
      if (campaign.state === "paused" || campaign.endedAt !== null) {
        endWith(campaign.state === "done" ? "ok" : "failed");
        return campaign;
      }
      if (json === true) await printJson(campaign);
      else {
        if (campaign.reason !== reason) progress.note(campaign.reason);
        reason = campaign.reason;
        progress.update((width) => progressText(campaign, width));
      }
      await pause(every * 1_000, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  } catch (error) {
    if (!(error instanceof Interrupted) && !signal.aborted) throw error;
    endWith("interrupted");
    return null;
  }
}
