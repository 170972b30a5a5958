import { type Static, Type } from "typebox";
import { Closed, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";
import { caState } from "./ca.ts";
import { LimitName, LimitSetName, limitRule } from "./limit.ts";

const Count = Type.Integer({ minimum: 0 });

/** What is left of one limit, for one thing that it counts. */
const bucket = {
  limit: LimitName,
  left: Type.Integer({ minimum: 0, description: "So many could be planned now." }),
  reserved: Type.Integer({
    minimum: 0,
    description: "Planned, and the CA has not yet answered; not among those left.",
  }),
  ...limitRule,
  nextAt: Nullable(
    Type.String({ format: "date-time", description: "With none left: when there is one. Null: now." }),
  ),
  fullAt: Nullable(
    Type.String({ format: "date-time", description: "When all are there again. Null: they are." }),
  ),
};

export const Bucket = Type.Object(bucket);
export type Bucket = Static<typeof Bucket>;

export const KeyedBucket = Type.Object({
  key: Type.String({ description: "The registered domain." }),
  ...bucket,
});
export type KeyedBucket = Static<typeof KeyedBucket>;

/** Orders planned in a window. */
export const Spent = Type.Object({
  orders: Count,
  byClass: Type.Object({ emergency: Count, interactive: Count, renewal: Count, campaign: Count }),
  top: Type.Array(
    Type.Object({
      kind: Type.Enum(["tenant", "campaign", "nobody"], {
        description: "`nobody`: domains that have no tenant.",
      }),
      name: Nullable(Type.String({ description: "Null for `nobody`." })),
      orders: Count,
    }),
    { description: "Who spent most, the greatest first; at most ten." },
  ),
});
export type Spent = Static<typeof Spent>;

export const Budget = Type.Object({
  ca: Type.String(),
  default: Type.Boolean(),
  weight: Count,
  limits: LimitSetName,
  ...caState,
  account: Type.Array(Bucket, { description: "Limits that count all we do there." }),
  spent: Type.Object({ day: Spent, week: Spent }, { description: "The last 24 hours, the last 7 days." }),
  tightest: Type.Array(KeyedBucket, {
    description: "The registered domains with the least left of what they may have; at most ten.",
  }),
  paused: Type.Object({
    count: Count,
    names: Type.Array(Type.String(), { description: "At most ten." }),
    sentence: Type.String({ description: "What to do." }),
  }),
  parked: Type.Object(
    {
      lineages: Count,
      limits: Type.Array(
        Type.Object({
          limit: LimitName,
          key: Type.String({ description: "A registered domain, names, or a name." }),
          lineages: Count,
          nextAt: InstantText,
        }),
        { description: "Where most wait; at most ten." },
      ),
    },
    { description: "Certificates that wait for a limit of their own." },
  ),
});
export type Budget = Static<typeof Budget>;

export const listBudgets = operation({
  id: "listBudgets",
  method: "GET",
  path: "/v1/budgets",
  tag: "Limits",
  summary: "Show what is left of the CAs' limits",
  description:
    "By CA: what is left, when it refills, who spent it, and who waits. No CA tells what is left: it is what our own ledger knows.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object({ ...PageQuery, ca: Type.Optional(Label) }, Closed),
  responses: { 200: Page(Budget) },
  problems: ["invalid-cursor", "ca-missing"],
});
