import { type Static, Type } from "typebox";
import { Closed, InstantText, Label, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";
import { Role } from "../role.ts";

const Password = Type.String({
  minLength: 12,
  maxLength: 1_000,
  description: "At least 12 characters, any.",
});

const DisplayName = Type.String({ minLength: 1, maxLength: 100 });

export const NewOperator = Type.Object(
  {
    name: Label,
    displayName: Type.Optional(DisplayName),
    role: Role,
    tenant: Type.Optional(Label),
    password: Type.Optional(Password),
  },
  {
    ...Closed,
    description: "With a `tenant` they see and act on only what is its. Without a `password` one is made.",
  },
);
export type NewOperator = Static<typeof NewOperator>;

export const OperatorChange = Type.Object(
  {
    displayName: Type.Optional(DisplayName),
    role: Type.Optional(Role),
    tenant: Type.Optional(Nullable(Label)),
    password: Type.Optional(Password),
    newPassword: Type.Optional(Type.Literal(true, { description: "Have a password made." })),
  },
  { ...Closed, minProperties: 1, description: "What is not named stays. `tenant` null: bound to none." },
);
export type OperatorChange = Static<typeof OperatorChange>;

const described = {
  name: Type.String(),
  displayName: Type.String(),
  role: Role,
  tenant: Nullable(Type.String()),
  createdAt: InstantText,
  lastSignInAt: Nullable(InstantText),
};

/** Somebody who signs in with a password of Certmill's own. */
export const Operator = Type.Object(described);
export type Operator = Static<typeof Operator>;

const OperatorWithPassword = Type.Object({
  ...described,
  password: Nullable(
    Type.String({
      description:
        "The one that was made. It is shown this once. Null: the request brought one, or none was made.",
    }),
  ),
});

const byName = Type.Object({ name: Label });

export const createOperator = operation({
  id: "createOperator",
  method: "POST",
  path: "/v1/operators",
  tag: "Sign-in",
  summary: "Add somebody who signs in with a password",
  description: "A tenant that is new is made.",
  scopes: ["admin"],
  role: "admin",
  body: NewOperator,
  responses: { 201: OperatorWithPassword },
  problems: ["operator-exists"],
});

export const listOperators = operation({
  id: "listOperators",
  method: "GET",
  path: "/v1/operators",
  tag: "Sign-in",
  summary: "List who signs in with a password",
  description: "By name. Who signs in by the provider is not among them.",
  scopes: ["admin"],
  role: "admin",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(Operator) },
  problems: ["invalid-cursor"],
});

export const changeOperator = operation({
  id: "changeOperator",
  method: "PATCH",
  path: "/v1/operators/{name}",
  tag: "Sign-in",
  summary: "Change somebody's role, tenant or password",
  description: "Their sessions end at once, and a throttle on their name is lifted.",
  scopes: ["admin"],
  role: "admin",
  params: byName,
  body: OperatorChange,
  responses: { 200: OperatorWithPassword },
  problems: ["not-found"],
});

export const removeOperator = operation({
  id: "removeOperator",
  method: "DELETE",
  path: "/v1/operators/{name}",
  tag: "Sign-in",
  summary: "Remove somebody",
  description: "Their sessions end at once. What they did stays in the audit log.",
  scopes: ["admin"],
  role: "admin",
  params: byName,
  responses: { 200: Operator },
  problems: ["not-found"],
});
