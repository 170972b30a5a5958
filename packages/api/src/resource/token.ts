import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

const TokenScope = Type.Enum(["admin", "tenant", "edge", "status"]);

export const NewToken = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: "Whose it is, for the list of tokens." }),
    scope: TokenScope,
    tenant: Type.Optional(Label),
    edgeGroup: Type.Optional(Label),
    expiresInDays: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 3_650, description: "Without it the token does not expire." }),
    ),
  },
  {
    ...Closed,
    description:
      "`tenant` goes with the scopes `tenant` and `status`, `edgeGroup` with scope `edge` (default: `default`).",
  },
);
export type NewToken = Static<typeof NewToken>;

const described = {
  id: Id,
  name: Type.String(),
  scope: TokenScope,
  tenant: Nullable(Type.String()),
  edgeGroup: Nullable(Type.String()),
  createdAt: InstantText,
  expiresAt: Nullable(InstantText),
};

export const Token = Type.Object(described);
export type Token = Static<typeof Token>;

export const CreatedToken = Type.Object({
  ...described,
  token: Type.String({ description: "The secret. It is shown this once; only its hash is kept." }),
});
export type CreatedToken = Static<typeof CreatedToken>;

export const createToken = operation({
  id: "createToken",
  method: "POST",
  path: "/v1/tokens",
  tag: "Tokens",
  summary: "Create a token",
  description:
    "The answer is the only place where the token itself is shown. A tenant or edge group that is new is made.",
  scopes: ["admin"],
  role: "admin",
  body: NewToken,
  responses: { 201: CreatedToken },
  problems: [],
});

export const listTokens = operation({
  id: "listTokens",
  method: "GET",
  path: "/v1/tokens",
  tag: "Tokens",
  summary: "List tokens",
  description: "Those that still work, the oldest first.",
  scopes: ["admin"],
  role: "admin",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(Token) },
  problems: ["invalid-cursor"],
});

export const revokeToken = operation({
  id: "revokeToken",
  method: "DELETE",
  path: "/v1/tokens/{id}",
  tag: "Tokens",
  summary: "Revoke a token",
  description: "It stops working at once.",
  scopes: ["admin"],
  role: "admin",
  params: Type.Object({ id: Id }),
  responses: { 200: Token },
  problems: ["not-found"],
});
