import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

/** What CAs count. A limit is named by the fragment of Let's Encrypt's help link for it. */
export const limitNames = [
  "new-orders-per-account",
  "new-certificates-per-registered-domain",
  "new-certificates-per-exact-set-of-identifiers",
  "authorization-failures-per-identifier-per-account",
  "consecutive-authorization-failures-per-identifier-per-account",
] as const;

export const LimitName = Type.Enum([...limitNames], { description: "What the CA counts." });
export type LimitName = Static<typeof LimitName>;

/** The built-in limits that a CA can begin with. */
export const limitSetNames = ["none", "letsencrypt", "letsencrypt-staging", "zerossl", "google"] as const;

export const LimitSetName = Type.Enum([...limitSetNames], {
  description: "The built-in limits that the ledger begins with; `none`: it learns from refusals only.",
});
export type LimitSetName = Static<typeof LimitSetName>;

const mostTokens = 1_000_000_000;
const longestPeriod = 366 * 24 * 60 * 60;

/** A limit's rule: `burst` at once, and `count` more in each period, evenly. */
export const limitRule = {
  burst: Type.Integer({ minimum: 1, maximum: mostTokens, description: "So many at once." }),
  count: Type.Integer({
    minimum: 1,
    maximum: mostTokens,
    description: "So many more in each period, evenly.",
  }),
  periodSeconds: Type.Integer({ minimum: 1, maximum: longestPeriod, description: "The period, in seconds." }),
};

export const NewLimit = Type.Object(
  {
    ca: Label,
    limit: LimitName,
    key: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_000,
        description:
          "The registered domain it is for; only with `new-certificates-per-registered-domain`. Without it the rule is for all that the limit counts.",
      }),
    ),
    ...limitRule,
    startsAt: Type.Optional(
      Type.String({
        format: "date-time",
        description: "From when it holds, as RFC 3339. Without it: from now on.",
      }),
    ),
    note: Type.Optional(
      Type.String({ maxLength: 500, description: "For people: the CA's ticket, who asked for it." }),
    ),
  },
  Closed,
);
export type NewLimit = Static<typeof NewLimit>;

export const LimitRule = Type.Object({
  id: Nullable(Type.String({ description: "What removes it; null: it is built in." })),
  ca: Type.String(),
  limit: LimitName,
  key: Nullable(Type.String({ description: "The registered domain it is for; null: all." })),
  ...limitRule,
  source: Type.Enum(["built-in", "override"]),
  state: Type.Enum(["holds", "starts", "replaced"], {
    description:
      "`starts`: at `startsAt`. `replaced`: a newer one holds instead. One with a key holds for its key before one without.",
  }),
  startsAt: Nullable(InstantText),
  note: Nullable(Type.String()),
});
export type LimitRule = Static<typeof LimitRule>;

export const SetLimit = Type.Object({
  rule: LimitRule,
  warnings: Type.Array(Type.String(), {
    description: "What the operator may not have meant, as sentences; the rule is stored all the same.",
  }),
});
export type SetLimit = Static<typeof SetLimit>;

export const setLimit = operation({
  id: "setLimit",
  method: "POST",
  path: "/v1/limits",
  tag: "Limits",
  summary: "Set a limit",
  description:
    "What a CA granted, or what the operator keeps to. Of several the newest that has started holds; what was there before stays in the list.",
  scopes: ["admin"],
  role: "operator",
  body: NewLimit,
  idempotencyKey: true,
  responses: { 201: SetLimit },
  problems: ["ca-missing"],
});

export const listLimits = operation({
  id: "listLimits",
  method: "GET",
  path: "/v1/limits",
  tag: "Limits",
  summary: "List the limits",
  description: "The built-in ones and those that were set, by CA and limit.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object({ ...PageQuery, ca: Type.Optional(Label) }, Closed),
  responses: { 200: Page(LimitRule) },
  problems: ["invalid-cursor", "ca-missing"],
});

export const removeLimit = operation({
  id: "removeLimit",
  method: "DELETE",
  path: "/v1/limits/{id}",
  tag: "Limits",
  summary: "Remove a limit that was set",
  description:
    "What was set before it, or else the built-in one, holds again. The answer is what was removed.",
  scopes: ["admin"],
  role: "operator",
  params: Type.Object({ id: Id }),
  responses: { 200: LimitRule },
  problems: ["not-found"],
});
