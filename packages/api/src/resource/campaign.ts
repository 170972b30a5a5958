import { type Static, Type } from "typebox";
import {
  Closed,
  InstantText,
  KeyType,
  Label,
  Nullable,
  Page,
  PageQuery,
  ProfileName,
  WantedCas,
} from "../fields.ts";
import { operation } from "../operation.ts";
import { DomainBatchResult, DomainBatchRow, maxBatchRows } from "./domain-batch.ts";
import { stateChangeOf } from "./state-change.ts";

export const CampaignState = Type.Enum(["importing", "running", "paused", "cancelled", "done"], {
  description:
    "`importing`: its list is being sent. `done`: every domain has a certificate, or has failed so often that it is tried once a day at most.",
});
export type CampaignState = Static<typeof CampaignState>;

const TimeOfDay = Type.String({
  pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
  description: "A time of the UTC day, such as 22:00.",
});

const Window = Type.Object(
  { from: TimeOfDay, to: TimeOfDay },
  {
    ...Closed,
    description: "The hours of each UTC day in which orders begin; they may pass midnight, and must differ.",
  },
);

const settings = {
  finishBy: "When it should have tried all of its list; it is told when it will not.",
  perHour: "Orders begun in an hour at most; null: as the CAs allow.",
  packNames:
    "Names in one certificate at most: 1 gives each row its own, more makes packs of a tenant's rows.",
  packAcrossTenants: "Whether a pack may have names of several tenants; it then belongs to none of them.",
  mostFailed: "The share of a wave that may fail before the campaign pauses itself, 0 to 1.",
  renewalSpreadDays: "Over how many days before their time the first renewals are spread.",
} as const;

export const NewCampaign = Type.Object(
  {
    name: Label,
    finishBy: Type.Optional(Type.String({ format: "date-time", description: settings.finishBy })),
    window: Type.Optional(Window),
    perHour: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000, description: settings.perHour })),
    packNames: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 100, description: `${settings.packNames} Default 1.` }),
    ),
    packAcrossTenants: Type.Optional(
      Type.Boolean({ description: `${settings.packAcrossTenants} Default false.` }),
    ),
    mostFailed: Type.Optional(
      Type.Number({ minimum: 0, maximum: 1, description: `${settings.mostFailed} Default 0.5.` }),
    ),
    renewalSpreadDays: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 60, description: `${settings.renewalSpreadDays} Default 15.` }),
    ),
    ca: Type.Optional(WantedCas),
    edgeGroup: Type.Optional(Label),
    keyType: Type.Optional(KeyType),
    profile: Type.Optional(ProfileName),
  },
  Closed,
);
export type NewCampaign = Static<typeof NewCampaign>;

const Count = Type.Integer({ minimum: 0 });

const Certificates = Type.Object(
  {
    total: Count,
    issued: Count,
    issuing: Count,
    waiting: Type.Integer({ minimum: 0, description: "Stand in line for their order." }),
    parked: Type.Integer({
      minimum: 0,
      description: "Of those that wait: for a limit of their own, such as a registered domain's.",
    }),
    held: Type.Integer({ minimum: 0, description: "Of waves to come." }),
    failed: Type.Integer({ minimum: 0, description: "The last attempt failed; most are tried again." }),
    removed: Type.Integer({ minimum: 0, description: "Taken off the list before they had a certificate." }),
  },
  { description: "Each is counted once, but for `parked`." },
);

const Forecast = Type.Object(
  {
    perDay: Type.Number({ description: "Certificates tried in a day." }),
    basis: Type.Enum(["ceiling", "accounts", "observed"], {
      description:
        "What the pace comes from: its own ceiling, the CAs' account limits, or the last day where that was less.",
    }),
    sentence: Type.String({ description: "What limits the pace, for a person to read." }),
    finishAt: Nullable(InstantText),
    late: Nullable(
      Type.Boolean({ description: "Whether that is after `finishBy`; null: nothing was promised." }),
    ),
  },
  { description: "When all of the list will have been tried." },
);

const Spread = Type.Object({ most: Type.Number(), average: Type.Number() });

const Packing = Type.Object(
  {
    domains: Type.Integer({ minimum: 0, description: "Rows of the list." }),
    orders: Count,
    ordersSaved: Type.Integer({ minimum: 0, description: "Compared to one certificate for each row." }),
    tenantsSharing: Type.Object(Spread.properties, {
      description: "Tenants whose certificate one dead name or one revoked key touches.",
    }),
    namesExposed: Type.Object(Spread.properties, {
      description: "Names of others that a visitor of a domain reads in its certificate.",
    }),
  },
  { description: "What packs save and what they cost." },
);

export const Campaign = Type.Object({
  name: Type.String(),
  state: CampaignState,
  reason: Type.String({ description: "Why it stands so, as a sentence." }),
  finishBy: Nullable(InstantText),
  window: Nullable(Type.Object({ from: Type.String(), to: Type.String() })),
  perHour: Nullable(Type.Integer({ description: settings.perHour })),
  packNames: Type.Integer({ description: settings.packNames }),
  packAcrossTenants: Type.Boolean(),
  packing: Nullable(Packing),
  mostFailed: Type.Number({ description: settings.mostFailed }),
  renewalSpreadDays: Type.Integer({ description: settings.renewalSpreadDays }),
  cas: Nullable(
    Type.Array(Type.String(), {
      description: "The CAs that were asked for, the preferred one first; null: any of the pool.",
    }),
  ),
  edgeGroup: Type.String(),
  keyType: KeyType,
  profile: Nullable(Type.String({ description: "The certificate profile that was wished for." })),
  wave: Type.Integer({ description: "Under way: the first hundred, one in a hundred, the rest." }),
  waves: Count,
  domains: Type.Integer({ minimum: 0, description: "Names on the list; 0 while it is being sent." }),
  certificates: Certificates,
  forecast: Nullable(Forecast),
  createdAt: InstantText,
  endedAt: Nullable(InstantText),
});
export type Campaign = Static<typeof Campaign>;

export const CampaignParams = Type.Object({ name: Label });

export const createCampaign = operation({
  id: "createCampaign",
  method: "POST",
  path: "/v1/campaigns",
  tag: "Campaigns",
  summary: "Create a campaign",
  description:
    "It takes its list next, and begins when it is started. One that takes its list already is answered with 200 when it has the same settings, so that a sender that was cut off can go on.",
  scopes: ["admin"],
  role: "operator",
  body: NewCampaign,
  idempotencyKey: true,
  responses: { 200: Campaign, 201: Campaign },
  problems: ["campaign-exists", "ca-missing", "edge-group-missing"],
});

export const listCampaigns = operation({
  id: "listCampaigns",
  method: "GET",
  path: "/v1/campaigns",
  tag: "Campaigns",
  summary: "List the campaigns",
  description: "In the order of their names.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(Campaign) },
  problems: ["invalid-cursor"],
});

export const showCampaign = operation({
  id: "showCampaign",
  method: "GET",
  path: "/v1/campaigns/{name}",
  tag: "Campaigns",
  summary: "Show a campaign",
  description: "Its settings, how far it has come, and when it will have tried all of its list.",
  scopes: ["admin"],
  role: "viewer",
  params: CampaignParams,
  responses: { 200: Campaign },
  problems: ["not-found"],
});

const CampaignBatch = Type.Object(
  {
    rows: Type.Array(DomainBatchRow, { minItems: 1, maxItems: maxBatchRows }),
    withWww: Type.Optional(
      Type.Boolean({
        description:
          "Whether each row's domain gets `www.` before it as an alias, where it has none. Absent: registered domains do (`example.com`, not `shop.example.com`), unless that name is another row's or somebody else's.",
      }),
    ),
  },
  Closed,
);
export type CampaignBatch = Static<typeof CampaignBatch>;

export const addCampaignDomains = operation({
  id: "addCampaignDomains",
  method: "POST",
  path: "/v1/campaigns/{name}/domain-batches",
  tag: "Campaigns",
  summary: "Add many domains to a campaign",
  description:
    "While it takes its list. Good rows go in though others are bad; what is covered already is unchanged, so the same rows can be sent again. Packs are made of rows of one batch.",
  scopes: ["admin"],
  role: "operator",
  params: CampaignParams,
  body: CampaignBatch,
  responses: { 200: DomainBatchResult },
  problems: ["not-found", "campaign-state", "ca-missing"],
});

const stateChange = stateChangeOf({
  tag: "Campaigns",
  params: CampaignParams,
  answer: Campaign,
  refusal: "campaign-state",
});

export const startCampaign = operation({
  ...stateChange(
    "startCampaign",
    "/v1/campaigns/{name}/start",
    "Start a campaign",
    "Closes its list and lets the first wave begin.",
  ),
  problems: ["not-found", "campaign-state", "campaign-empty"],
});

export const pauseCampaign = stateChange(
  "pauseCampaign",
  "/v1/campaigns/{name}/pause",
  "Pause a campaign",
  "No further order begins; orders that the CA has are brought to their end.",
);

export const resumeCampaign = stateChange(
  "resumeCampaign",
  "/v1/campaigns/{name}/resume",
  "Resume a campaign",
  "One that paused itself goes on with the next wave.",
);

export const cancelCampaign = stateChange(
  "cancelCampaign",
  "/v1/campaigns/{name}/cancel",
  "Cancel a campaign",
  "What has a certificate stays and is renewed; the domains that have none are removed.",
);
