/** One thing done for all domains that a filter chooses. */
import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, NameText, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";
import { domainFilter } from "./domain-list.ts";
import { stateChangeOf } from "./state-change.ts";

export const domainActions = ["check", "retry", "pause", "resume", "reissue", "remove"] as const;

const Action = Type.Enum([...domainActions], {
  description:
    "`check`: look at its names soon. `retry`: order its certificate now, where it has none or its renewal fails. `pause`: order nothing until it is resumed. `resume`. `reissue`: renew now. `remove`.",
});

export const DomainFilter = Type.Object(
  {
    ...domainFilter,
    names: Type.Optional(
      Type.Array(NameText, { minItems: 1, maxItems: 1_000, description: "Only these domains." }),
    ),
  },
  { ...Closed, minProperties: 1, description: "Which domains: as the list takes it, or by their names." },
);
export type DomainFilter = Static<typeof DomainFilter>;

export const NewDomainAction = Type.Object(
  {
    action: Action,
    filter: DomainFilter,
    dryRun: Type.Optional(
      Type.Boolean({ description: "Only count what it would be done for. Default false." }),
    ),
    atMost: Type.Optional(
      Type.Integer({
        minimum: 0,
        description:
          "Refuse it when it would be done for more certificates than so many: what the dry run counted.",
      }),
    ),
  },
  Closed,
);
export type NewDomainAction = Static<typeof NewDomainAction>;

const counted = {
  certificates: Type.Integer({
    minimum: 0,
    description: "It is done once for all names of the same certificate.",
  }),
  domains: Type.Integer({ minimum: 0, description: "The names of these certificates." }),
};

export const DomainActionCount = Type.Object({
  dryRun: Type.Literal(true),
  action: Action,
  ...counted,
  examples: Type.Array(Type.String(), { description: "The first names of a few of them." }),
});
export type DomainActionCount = Static<typeof DomainActionCount>;

export const DomainAction = Type.Object({
  dryRun: Type.Literal(false),
  id: Id,
  action: Action,
  filter: DomainFilter,
  state: Type.Enum(["running", "done", "cancelled"]),
  ...counted,
  done: Type.Integer({ minimum: 0, description: "Certificates for which it was done." }),
  skipped: Type.Integer({
    minimum: 0,
    description: "Those for which there was nothing to do, such as one that is paused already.",
  }),
  createdBy: Type.String(),
  createdAt: InstantText,
  endedAt: Nullable(InstantText),
});
export type DomainAction = Static<typeof DomainAction>;

export const createDomainAction = operation({
  id: "createDomainAction",
  method: "POST",
  path: "/v1/domain-actions",
  tag: "Domain actions",
  summary: "Do something for many domains",
  description:
    "With `dryRun` it is only counted. Else it is done bit by bit from then on, also where a process ends; each domain's timeline says who asked for it.",
  scopes: ["admin"],
  role: "operator",
  body: NewDomainAction,
  idempotencyKey: true,
  responses: { 200: DomainActionCount, 201: DomainAction },
  problems: ["checks-off", "more-than-expected"],
});

export const listDomainActions = operation({
  id: "listDomainActions",
  method: "GET",
  path: "/v1/domain-actions",
  tag: "Domain actions",
  summary: "List what is done for many domains",
  description: "The newest first.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(DomainAction) },
  problems: ["invalid-cursor"],
});

const IdParams = Type.Object({ id: Id });

export const showDomainAction = operation({
  id: "showDomainAction",
  method: "GET",
  path: "/v1/domain-actions/{id}",
  tag: "Domain actions",
  summary: "Show how far it is",
  description: "What was asked for, and for how many it is done.",
  scopes: ["admin"],
  role: "viewer",
  params: IdParams,
  responses: { 200: DomainAction },
  problems: ["not-found"],
});

const change = stateChangeOf({
  tag: "Domain actions",
  params: IdParams,
  answer: DomainAction,
  refusal: "domain-action-ended",
});

export const cancelDomainAction = change(
  "cancelDomainAction",
  "/v1/domain-actions/{id}/cancel",
  "Do it for no more",
  "What is done stays done.",
);
