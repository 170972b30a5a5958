import { type Campaign, operations } from "@certmill/api";
import type { Command } from "commander";
import { type ServerOptions, withServerOptions } from "./connection.ts";
import { withExamples } from "./examples.ts";
import { printWholeList } from "./print-list.ts";
import { campaignEmphasis, triedOf } from "./terminal/campaign-text.ts";
import { numberText } from "./terminal/number-text.ts";
import type { Column } from "./terminal/table.ts";
import { dayText } from "./terminal/time-text.ts";

export function registerCampaignList(campaign: Command): void {
  const command = campaign.command("list").description("list the campaigns").action(listCampaigns);
  withExamples(withServerOptions(command), "certmill campaign list");
}

async function listCampaigns(options: ServerOptions): Promise<void> {
  await printWholeList(options, {
    operation: operations.listCampaigns,
    columns,
    none: "No campaign yet. Begin one: certmill campaign create customers.csv --name spring",
  });
}

const columns: readonly Column<Campaign>[] = [
  { head: "NAME", cell: ({ name }) => name },
  { head: "STATE", cell: ({ state }) => state, emphasis: ({ state }) => campaignEmphasis(state) },
  { head: "WAVE", cell: ({ wave, waves }) => `${wave}/${waves}`, align: "right" },
  { head: "TRIED", cell: triedText, align: "right" },
  { head: "ISSUED", cell: ({ certificates }) => numberText(certificates.issued), align: "right" },
  { head: "FAILED", cell: ({ certificates }) => numberText(certificates.failed), align: "right" },
  { head: "DONE", cell: doneText },
];

function triedText(campaign: Campaign): string {
  const { tried, of } = triedOf(campaign);
  return `${of === 0 ? 0 : Math.floor((tried / of) * 100)} % of ${numberText(of)}`;
}

function doneText({ endedAt, forecast }: Campaign): string {
  if (endedAt !== null) return dayText(endedAt);
  return forecast?.finishAt == null ? "" : `about ${dayText(forecast.finishAt)}`;
}
