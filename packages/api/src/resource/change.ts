import { type Static, Type } from "typebox";
import { Closed, Cursor, Id, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

const change = Type.Enum(["failing", "healed", "given-up", "paused", "moved", "removed"], {
  description:
    "`failing`: it fails, and did not. `healed`: it has its certificate, or leads here again. `given-up`: no further try is made by itself. `paused`: the CA takes no order for it. `moved`: its names lead elsewhere. `removed`: nothing is done for it any more.",
});

const standing = Type.Enum(["active", "failing", "failed", "paused", "moved", "removed"], {
  description: "`active`: it has its certificate. `failing`: it is tried again. `failed`: it is given up.",
});

const Count = Type.Integer({ minimum: 0 });

const counts = Type.Object(
  {
    failing: Count,
    healed: Count,
    "given-up": Count,
    paused: Count,
    moved: Count,
    removed: Count,
  },
  { description: "Certificates, by what became of them." },
);

export const ChangeReport = Type.Object({
  since: InstantText,
  until: InstantText,
  counts,
});
export type ChangeReport = Static<typeof ChangeReport>;

const since = Type.Optional(
  Type.String({
    format: "date-time",
    description: "The instant before, as RFC 3339, at most 31 days ago. Default: 24 hours ago.",
  }),
);

export const reportChanges = operation({
  id: "reportChanges",
  method: "GET",
  path: "/v1/reports/changes",
  tag: "Domains",
  summary: "Report what changed",
  description:
    "Where domains stand now beside where they stood at an instant, counted. What failed and healed in between has not changed. One by one they are in `/v1/changes`.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object({ since, tenant: Type.Optional(Label) }, Closed),
  responses: { 200: ChangeReport },
  problems: [],
});

export const Change = Type.Object({
  id: Id,
  names: Type.Array(Type.String(), { description: "The primary one first." }),
  tenant: Nullable(Type.String()),
  change,
  before: Nullable(standing),
  after: standing,
  at: InstantText,
  sentence: Type.String({ description: "What happened last." }),
});
export type Change = Static<typeof Change>;

export const listChanges = operation({
  id: "listChanges",
  method: "GET",
  path: "/v1/changes",
  tag: "Domains",
  summary: "List what changed",
  description: "One by one, in the order in which they were added. All pages are of the first one's time.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(
    {
      after: Type.Optional(Cursor),
      limit: PageQuery.limit,
      since,
      change: Type.Optional(change),
      tenant: Type.Optional(Label),
    },
    Closed,
  ),
  responses: { 200: Page(Change) },
  problems: ["invalid-cursor"],
});
