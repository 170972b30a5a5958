/** Why what a campaign has enrolled has no certificate yet. */
import { type Static, Type } from "typebox";
import { Closed, Cursor, Id, InstantText, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";
import { Campaign, CampaignParams } from "./campaign.ts";

const Count = Type.Integer({ minimum: 0 });

export const CampaignReport = Type.Object({
  campaign: Campaign,
  reasons: Type.Array(
    Type.Object({
      code: Type.String({ description: "The failure's stable code." }),
      party: Type.Enum(["customer", "ca", "operator"], { description: "Whose doing it is." }),
      sentence: Type.String({ description: "What is wrong and what to change." }),
      certificates: Count,
      domains: Count,
      examples: Type.Array(Type.String(), { description: "The first names of a few of them." }),
    }),
    { description: "Why what has no certificate yet failed last; the most frequent first." },
  ),
});
export type CampaignReport = Static<typeof CampaignReport>;

export const reportCampaign = operation({
  id: "reportCampaign",
  method: "GET",
  path: "/v1/campaigns/{name}/report",
  tag: "Campaigns",
  summary: "Report a campaign's failures by reason",
  description: "Counts and sentences; the domains are in `/v1/campaigns/{name}/failures`.",
  scopes: ["admin"],
  role: "viewer",
  params: CampaignParams,
  responses: { 200: CampaignReport },
  problems: ["not-found"],
});

export const CampaignFailure = Type.Object({
  id: Id,
  names: Type.Array(Type.String(), { description: "The primary one first." }),
  tenant: Nullable(Type.String()),
  ca: Type.String(),
  code: Type.String(),
  sentence: Type.String({ description: "What is wrong and what to change." }),
  detail: Nullable(Type.String({ description: "The CA's own words." })),
  failures: Type.Integer({ description: "Attempts that failed in a row." }),
  nextTryAt: Nullable(InstantText),
});
export type CampaignFailure = Static<typeof CampaignFailure>;

export const listCampaignFailures = operation({
  id: "listCampaignFailures",
  method: "GET",
  path: "/v1/campaigns/{name}/failures",
  tag: "Campaigns",
  summary: "List what failed of a campaign",
  description: "Each that has no certificate and whose last attempt failed, in the order of the list.",
  scopes: ["admin"],
  role: "viewer",
  params: CampaignParams,
  query: Type.Object(
    {
      after: Type.Optional(Cursor),
      limit: PageQuery.limit,
      code: Type.Optional(
        Type.String({ minLength: 1, maxLength: 100, description: "Only those of this failure code." }),
      ),
    },
    Closed,
  ),
  responses: { 200: Page(CampaignFailure) },
  problems: ["not-found", "invalid-cursor"],
});
