import { type Static, Type } from "typebox";
import { Closed, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";
import { DomainState, DomainSummary } from "./domain.ts";

const NamePart = (description: string) => Type.String({ minLength: 1, maxLength: 253, description });

/** Which domains; all that is given must hold. */
export const domainFilter = {
  search: Type.Optional(
    NamePart(
      "Only names that have this in them; one or two characters: that begin with it. A label with letters beyond ASCII is found as a whole (`müller`).",
    ),
  ),
  prefix: Type.Optional(NamePart("Only names that begin with this.")),
  state: Type.Optional(DomainState),
  tenant: Type.Optional(Label),
  campaign: Type.Optional(Label),
  ca: Type.Optional(Label),
  edgeGroup: Type.Optional(Label),
  failure: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: "Only those whose last attempt failed with this code.",
    }),
  ),
  expiresAfter: Type.Optional(InstantText),
  expiresBefore: Type.Optional(
    Type.String({
      format: "date-time",
      description:
        "Only those whose certificate ends before this instant; with `expiresAfter`: at or after that one.",
    }),
  ),
};

export const Total = Type.Object(
  {
    count: Type.Integer({ minimum: 0 }),
    kind: Type.Enum(["exact", "at-least", "about"], {
      description:
        "`exact`. `at-least`: there are more, and they were not counted. `about`: as of the last count of all, a while ago.",
    }),
  },
  { description: "How many there are on all pages." },
);
export type Total = Static<typeof Total>;

export const domainSorts = ["name", "match", "added", "expires", "state-changed"] as const;

export const listDomains = operation({
  id: "listDomains",
  method: "GET",
  path: "/v1/domains",
  tag: "Domains",
  summary: "List domains",
  description:
    "Aliases included; those that were removed only with `state=removed`. A tenant's token sees its own.",
  scopes: ["admin", "tenant"],
  role: "viewer",
  query: Type.Object(
    {
      ...PageQuery,
      ...domainFilter,
      sort: Type.Optional(
        Type.Enum([...domainSorts], {
          description:
            "`name` (default), `match` (default with `search`: those that begin with it before the others, each by name), `added`, `expires` (those without a certificate are not listed) or `state-changed`.",
        }),
      ),
      order: Type.Optional(Type.Enum(["asc", "desc"], { description: "Default `asc`." })),
      total: Type.Optional(
        Type.Boolean({ description: "Whether to count them; ask for it with the first page only." }),
      ),
    },
    Closed,
  ),
  responses: {
    200: Type.Object({ ...Page(DomainSummary).properties, total: Nullable(Total) }),
  },
  problems: ["invalid-cursor"],
});
