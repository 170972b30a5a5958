import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";
import { RevocationReason, Serials } from "./replacement.ts";

const RevocationState = Type.Enum(["waiting", "due", "revoked", "failed"], {
  description:
    "`waiting`: until its successor is served. `due`: the CA is told, at its pace. `failed`: the CA will not.",
});

const NewRevocations = Type.Object(
  {
    serials: Type.Optional(Serials),
    replacement: Type.Optional(Id),
    reason: Type.Optional(RevocationReason),
    now: Type.Optional(
      Type.Boolean({
        description:
          "Also what is served, and at once. Default false: only certificates that have a successor, once that is served.",
      }),
    ),
    dryRun: Type.Optional(Type.Boolean({ description: "Only tell what would be revoked." })),
  },
  Closed,
);

export const requestRevocations = operation({
  id: "requestRevocations",
  method: "POST",
  path: "/v1/revocations",
  tag: "Revocations",
  summary: "Have certificates revoked",
  description:
    "Those with these serial numbers, or all that a mass replacement has replaced. The CA is told at its pace, ten a second at Let's Encrypt. Asking again changes nothing; what has failed is tried again.",
  scopes: ["admin"],
  role: "operator",
  body: NewRevocations,
  responses: {
    200: Type.Object({
      accepted: Type.Integer({ minimum: 0, description: "To be revoked, or under way already." }),
      alreadyRevoked: Type.Integer({ minimum: 0 }),
      inUse: Type.Array(Type.String(), {
        description: "Serial numbers of what is served: nothing is done for them. Replace them first.",
      }),
      unknown: Type.Array(Type.String(), { description: "No certificate here has this serial number." }),
    }),
  },
  problems: ["not-found"],
});

export const Revocation = Type.Object({
  certificateId: Id,
  serial: Type.String(),
  names: Type.Array(Type.String()),
  ca: Type.String(),
  reason: RevocationReason,
  state: RevocationState,
  detail: Nullable(Type.String({ description: "What the CA, or the network, said to the last try." })),
  requestedBy: Type.String({ description: "The token's name, or the person's." }),
  requestedAt: InstantText,
  nextTryAt: Nullable(InstantText),
  endedAt: Nullable(InstantText),
});
export type Revocation = Static<typeof Revocation>;

export const listRevocations = operation({
  id: "listRevocations",
  method: "GET",
  path: "/v1/revocations",
  tag: "Revocations",
  summary: "List what was asked to be revoked",
  description: "In the order of the certificates.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(
    { ...PageQuery, state: Type.Optional(RevocationState), replacement: Type.Optional(Id) },
    Closed,
  ),
  responses: { 200: Page(Revocation) },
  problems: ["invalid-cursor", "not-found"],
});

const Count = Type.Integer({ minimum: 0 });

export const RevocationSummary = Type.Object({
  waiting: Count,
  due: Count,
  revoked: Count,
  failed: Count,
});
export type RevocationSummary = Static<typeof RevocationSummary>;

export const countRevocations = operation({
  id: "countRevocations",
  method: "GET",
  path: "/v1/revocations/summary",
  tag: "Revocations",
  summary: "Count what was asked to be revoked",
  description: "By state, of all that was ever asked for.",
  scopes: ["admin"],
  role: "viewer",
  responses: { 200: RevocationSummary },
  problems: [],
});
