import { type Campaign, type Client, operations } from "@certmill/api";
import type { Command } from "commander";
import { confirm } from "./confirm.ts";
import { connect, type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { numberText } from "./terminal/number-text.ts";
import { print, printJson } from "./terminal/print.ts";
import { wrapFor } from "./terminal/wrap.ts";

export function registerCampaignPause(campaign: Command): void {
  const command = campaign
    .command("pause")
    .description("let no further order of a campaign begin; orders that the CA has come to their end")
    .argument("<name>", "its name")
    .action(async (name: string, options: ServerOptions) => {
      const client = await connect(options);
      await tell(await client.call(operations.pauseCampaign, { params: { name } }), options);
    });
  withExamples(withServerOptions(command), "certmill campaign pause spring");
}

export function registerCampaignResume(campaign: Command): void {
  const command = campaign
    .command("resume")
    .description("let a paused campaign go on; one that paused itself goes on with the next wave")
    .argument("<name>", "its name")
    .action(async (name: string, options: ServerOptions) => {
      const client = await connect(options);
      await tell(await client.call(operations.resumeCampaign, { params: { name } }), options);
    });
  withExamples(withServerOptions(command), "certmill campaign resume spring");
}

export function registerCampaignCancel(campaign: Command): void {
  const command = campaign
    .command("cancel")
    .description("end a campaign: what has a certificate stays, the other domains are removed")
    .argument("<name>", "its name")
    .option("--yes", "do not ask")
    .action(cancelCampaign);
  withExamples(withServerOptions(command), "certmill campaign cancel spring --yes");
}

async function cancelCampaign(
  name: string,
  options: ServerOptions & { readonly yes?: boolean },
): Promise<void> {
  const client = await connect(options);
  if (options.yes !== true) await confirm(() => cancelQuestion(client, name));
  await tell(await client.call(operations.cancelCampaign, { params: { name } }), options);
}

async function cancelQuestion(client: Client, name: string) {
  const { certificates } = await client.call(operations.showCampaign, { params: { name } });
  const without = certificates.total - certificates.issued - certificates.removed;
  return {
    question: `Cancel ${name}? ${numberText(certificates.issued)} certificates stay, ${numberText(without)} are given up.`,
    otherwise: "Nothing was cancelled.",
  };
}

async function tell(campaign: Campaign, { json }: ServerOptions): Promise<void> {
  if (json === true) return printJson(campaign);
  await print(wrapFor(process.stdout, `${campaign.name} is ${campaign.state}. ${campaign.reason}`));
}
