import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

export const JoinToken = Type.Object({
  edgeGroup: Type.String(),
  expiresAt: InstantText,
  token: Type.String({ description: "It is shown this once." }),
});
export type JoinToken = Static<typeof JoinToken>;

export const createJoinToken = operation({
  id: "createJoinToken",
  method: "POST",
  path: "/v1/edge-groups/{name}/join-tokens",
  tag: "Edges",
  summary: "Create a token that one machine may join an edge group with",
  description: "It works once, and until it expires. A group that is new is made.",
  scopes: ["admin"],
  role: "operator",
  params: Type.Object({ name: Label }),
  body: Type.Object(
    {
      expiresInSeconds: Type.Optional(
        Type.Integer({ minimum: 60, maximum: 7 * 86_400, description: "An hour without it." }),
      ),
    },
    Closed,
  ),
  responses: { 201: JoinToken },
  problems: [],
});

/** What an agent tells of its program. */
const AgentVersion = Type.String({ minLength: 1, maxLength: 50, pattern: "^[\\x21-\\x7e]+$" });

export const JoinedEdge = Type.Object({
  edgeId: Id,
  edge: Type.String(),
  edgeGroup: Type.String(),
  audience: Type.String({ description: "Whom the edge's tokens are for: this installation." }),
});
export type JoinedEdge = Static<typeof JoinedEdge>;

export const joinEdge = operation({
  id: "joinEdge",
  method: "POST",
  path: "/v1/edge/join",
  tag: "Edges",
  summary: "Become an edge",
  description:
    "Uses the join token up and stores the edge's public key, both or neither. The same key with the same token is answered the same again. From then on the edge comes with JWTs that it signs itself (Ed25519, at most five minutes each, `typ` `certmill-edge+jwt`, `sub` the edge's id, `aud` the audience told here, `iat`, `exp`, `jti`), as bearer tokens.",
  scopes: [],
  role: null,
  body: Type.Object(
    {
      joinToken: Type.String({ minLength: 1, maxLength: 200 }),
      edge: Label,
      version: Type.Optional(AgentVersion),
      proof: Type.String({
        minLength: 1,
        maxLength: 2_000,
        description:
          "That the edge has the private key: a JWT signed by it (`typ` `certmill-join+jwt`, `alg` `Ed25519`, the public key as `jwk` in the header, `aud` `certmill`, `sub` the edge's name, `iat`, `exp`, `jti`).",
      }),
    },
    Closed,
  ),
  responses: { 200: JoinedEdge },
  problems: ["join-token-rejected", "join-proof-rejected", "edge-exists"],
});

export const Edge = Type.Object({
  id: Id,
  name: Type.String(),
  group: Type.String(),
  lastSeenAt: InstantText,
  alive: Type.Boolean({ description: "Whether it was heard of within 15 minutes." }),
  joinedAt: Nullable(InstantText),
  version: Nullable(Type.String({ description: "Of its agent; null: it has not said." })),
  behind: Type.Integer({ minimum: 0, description: "Current certificates it has not said it serves." }),
  halfPairs: Type.Integer({
    minimum: 0,
    description: "Pairs of certificates of which it has said that it serves one, and not the other.",
  }),
});
export type Edge = Static<typeof Edge>;

export const listEdges = operation({
  id: "listEdges",
  method: "GET",
  path: "/v1/edges",
  tag: "Edges",
  summary: "List the edges",
  description:
    "In the order in which they came. `joinedAt` is null for one that comes with a bearer token of its group, and has no key of its own.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object({ ...PageQuery, name: Type.Optional(Label), group: Type.Optional(Label) }, Closed),
  responses: { 200: Page(Edge) },
  problems: ["invalid-cursor"],
});

export const removeEdge = operation({
  id: "removeEdge",
  method: "DELETE",
  path: "/v1/edges/{id}",
  tag: "Edges",
  summary: "Remove an edge",
  description:
    "Its key is refused from its next request on, and nothing waits for its receipts any more. `hadKey` false: it came with a bearer token of its group, which still works until it is revoked.",
  scopes: ["admin"],
  role: "operator",
  params: Type.Object({ id: Id }),
  responses: {
    200: Type.Object({ id: Id, name: Type.String(), group: Type.String(), hadKey: Type.Boolean() }),
  },
  problems: ["not-found"],
});
