import { type Static, Type } from "typebox";
import {
  ChallengeType,
  Closed,
  KeyPolicy,
  KeysKeptDays,
  Label,
  Nullable,
  Page,
  PageQuery,
  UsualKeyType,
} from "../fields.ts";
import { operation } from "../operation.ts";

const ServedWhen = Type.Enum(["any", "quorum", "all"], {
  description:
    "How many of the group's edges that are alive (heard of within 15 minutes) must serve a certificate before it counts as served: one, more than half, all.",
});

export const EdgeGroup = Type.Object({
  name: Type.String(),
  keys: KeyPolicy,
  keysKeptDays: Nullable(KeysKeptDays),
  keyType: UsualKeyType,
  challenge: Nullable(ChallengeType),
  servedWhen: ServedWhen,
});
export type EdgeGroup = Static<typeof EdgeGroup>;

export const setEdgeGroup = operation({
  id: "setEdgeGroup",
  method: "PATCH",
  path: "/v1/edge-groups/{name}",
  tag: "Edge groups",
  summary:
    "Say which keys an edge group's certificates have, how names are proven, and when a certificate is served",
  description:
    "From the next certificate on; a tenant's own policy goes before. A group that is new is made. `shared` puts one key on all edges of the group: whoever takes it from one of them has it for all certificates. `keysKeptDays` null: as the server's setting has it. `keyType` and `challenge` are for domains that do not say; null: as is best for each name. What is absent stays as it is.",
  scopes: ["admin"],
  role: "operator",
  params: Type.Object({ name: Label }),
  body: Type.Object(
    {
      keys: Type.Optional(KeyPolicy),
      keysKeptDays: Type.Optional(Nullable(KeysKeptDays)),
      keyType: Type.Optional(UsualKeyType),
      challenge: Type.Optional(Nullable(ChallengeType)),
      servedWhen: Type.Optional(ServedWhen),
    },
    { ...Closed, minProperties: 1 },
  ),
  responses: { 200: EdgeGroup },
  problems: [],
});

export const listEdgeGroups = operation({
  id: "listEdgeGroups",
  method: "GET",
  path: "/v1/edge-groups",
  tag: "Edge groups",
  summary: "List the edge groups",
  description: "In the order of their names.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(EdgeGroup) },
  problems: ["invalid-cursor"],
});
