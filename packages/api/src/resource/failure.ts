import { type Static, Type } from "typebox";
import { Closed, Cursor, Id, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

const Count = Type.Integer({ minimum: 0 });

const party = Type.Enum(["customer", "ca", "operator"], { description: "Whose doing it is." });

const acts = Type.Enum(["customer", "operator", "ca", "nobody"], {
  description: "Who has to act before it can succeed; `nobody`: it passes by itself.",
});

const helps = {
  acts,
  anotherCa: Type.Boolean({ description: "Whether an order at another CA may succeed." }),
  anotherChallenge: Type.Boolean({
    description: "Whether a proof by another type of challenge may succeed.",
  }),
};

const filter = {
  reason: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: "A failure's code, or a finding's where the first order waits for a check.",
    }),
  ),
  tenant: Type.Optional(Label),
  campaign: Type.Optional(Label),
  ca: Type.Optional(Label),
};

export const FailureGroup = Type.Object({
  key: Nullable(
    Type.String({ description: "The reason's code or a name; null: of no tenant, or of no campaign." }),
  ),
  party: Nullable(party),
  acts: Nullable(acts),
  anotherCa: Nullable(helps.anotherCa),
  anotherChallenge: Nullable(helps.anotherChallenge),
  sentence: Nullable(
    Type.String({
      description: "By reason: what is wrong and what to change, for the first of the examples.",
    }),
  ),
  certificates: Count,
  domains: Count,
  renewals: Type.Integer({
    minimum: 0,
    description: "Of the certificates: renewals. What is held goes on being served.",
  }),
  new: Type.Integer({
    minimum: 0,
    description: "Of the certificates: those that began to fail in the last 24 hours.",
  }),
  oldest: InstantText,
  examples: Type.Array(Type.String(), { description: "The first names of a few of them." }),
});
export type FailureGroup = Static<typeof FailureGroup>;

export const FailureReport = Type.Object({
  certificates: Count,
  domains: Count,
  renewals: Count,
  new: Count,
  groups: Type.Array(FailureGroup, { description: "The largest first." }),
  more: Type.Boolean({ description: "Whether there are further groups." }),
});
export type FailureReport = Static<typeof FailureReport>;

export const reportFailures = operation({
  id: "reportFailures",
  method: "GET",
  path: "/v1/reports/failures",
  tag: "Domains",
  summary: "Report what fails",
  description:
    "Certificates whose last attempt failed, renewals among them, and first orders that wait for a check; counted by reason, tenant, campaign or CA. One by one they are in `/v1/failures`.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(
    {
      by: Type.Optional(
        Type.Enum(["reason", "tenant", "campaign", "ca"], { description: "Default reason." }),
      ),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: "Groups. Default 100." })),
      ...filter,
    },
    Closed,
  ),
  responses: { 200: FailureReport },
  problems: [],
});

export const Failure = Type.Object({
  id: Id,
  names: Type.Array(Type.String(), { description: "The primary one first." }),
  tenant: Nullable(Type.String()),
  campaign: Nullable(Type.String()),
  ca: Type.String(),
  reason: Type.String(),
  party,
  ...helps,
  sentence: Type.String({ description: "What is wrong and what to change." }),
  detail: Nullable(Type.String({ description: "The CA's own words." })),
  renewal: Type.Boolean({ description: "Whether there is a certificate that goes on being served." }),
  failures: Type.Integer({ description: "Attempts that failed in a row." }),
  failingSince: InstantText,
  nextTryAt: Nullable(InstantText),
  nextCheckAt: Nullable(InstantText),
});
export type Failure = Static<typeof Failure>;

export const listFailures = operation({
  id: "listFailures",
  method: "GET",
  path: "/v1/failures",
  tag: "Domains",
  summary: "List what fails",
  description: "One by one, in the order in which they were added.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object({ after: Type.Optional(Cursor), limit: PageQuery.limit, ...filter }, Closed),
  responses: { 200: Page(Failure) },
  problems: ["invalid-cursor"],
});
