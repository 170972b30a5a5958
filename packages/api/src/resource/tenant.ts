import { type Static, Type } from "typebox";
import {
  Closed,
  InstantText,
  KeyPolicy,
  KeysKeptDays,
  Label,
  Nullable,
  Page,
  PageQuery,
  UsualKeyType,
} from "../fields.ts";
import { operation } from "../operation.ts";

export const Tenant = Type.Object({
  name: Type.String(),
  cas: Nullable(
    Type.Array(Type.String(), {
      description: "The CAs its domains may have, in order of preference; null: all of the pool.",
    }),
  ),
  keys: Nullable(KeyPolicy),
  keysKeptDays: Nullable(KeysKeptDays),
  keyType: Nullable(UsualKeyType),
  createdAt: InstantText,
});
export type Tenant = Static<typeof Tenant>;

const TenantChange = Type.Object(
  {
    cas: Type.Optional(
      Nullable(
        Type.Array(Label, {
          minItems: 1,
          maxItems: 50,
          uniqueItems: true,
          description:
            "The only CAs its domains may have, in order of preference: while one is down, has no budget left or refuses the names, the next takes over. Null: all of the pool. Absent: as it is.",
        }),
      ),
    ),
    keys: Type.Optional(Nullable(KeyPolicy)),
    keysKeptDays: Type.Optional(Nullable(KeysKeptDays)),
    keyType: Type.Optional(Nullable(UsualKeyType)),
  },
  Closed,
);
export const setTenant = operation({
  id: "setTenant",
  method: "PATCH",
  path: "/v1/tenants/{name}",
  tag: "Tenants",
  summary: "Say which CAs and keys a tenant's domains may have",
  description:
    "From the next order on; what is under way goes on. `keys`, `keysKeptDays` and `keyType` null: as its edge groups have it. A tenant that is new is made, so that the rule can be there before its domains are.",
  scopes: ["admin"],
  role: "operator",
  params: Type.Object({ name: Label }),
  body: TenantChange,
  responses: { 200: Tenant },
  problems: ["ca-missing"],
});

export const listTenants = operation({
  id: "listTenants",
  method: "GET",
  path: "/v1/tenants",
  tag: "Tenants",
  summary: "List the tenants",
  description: "In the order of their names.",
  scopes: ["admin"],
  role: "viewer",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(Tenant) },
  problems: ["invalid-cursor"],
});
