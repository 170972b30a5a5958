import type { Registry } from "prom-client";
import { type GaugeOf, watchFigures } from "./gauge-table.ts";
import type { Reading } from "./kept-reading.ts";

/** A campaign that is running or paused. */
export interface CampaignFigures {
  readonly name: string;
  /** Certificates of its list. */
  readonly total: number;
  readonly issued: number;
  readonly failed: number;
  /** Seconds by which it will end after its date, as is forecast; negative: before it; null: it has no date, or none can be told. */
  readonly late: number | null;
}

const of = (
  name: string,
  help: string,
  valueOf: (campaign: CampaignFigures) => number | null,
): GaugeOf<readonly CampaignFigures[]> => ({
  name,
  help,
  labels: ["campaign"],
  samples: (campaigns) =>
    campaigns.flatMap((campaign) => {
      const value = valueOf(campaign);
      return value === null ? [] : [{ labels: { campaign: campaign.name }, value }];
    }),
});

const gauges = [
  of(
    "certmill_campaign_certificates",
    "Certificates of a campaign's list, by campaign: of the 20 newest that have begun and not ended.",
    ({ total }) => total,
  ),
  of("certmill_campaign_issued", "Of these: issued.", ({ issued }) => issued),
  of("certmill_campaign_failed", "Of these: their last attempt failed.", ({ failed }) => failed),
  of(
    "certmill_campaign_late_seconds",
    "By how much a campaign will end after its date at the pace that is forecast; negative: before it, +Inf: never. Absent for one without a date.",
    ({ late }) => late,
  ),
];

export const watchCampaigns = (registry: Registry, read: Reading<readonly CampaignFigures[]>): void =>
  watchFigures(registry, read, gauges);
