import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";

const Via = Type.Enum(["token", "local", "oidc", "nobody"], {
  description:
    "`token`: with a bearer token. `local`, `oidc`: somebody who had signed in so. `nobody`: who failed to sign in.",
});

export const AuditEntry = Type.Object({
  id: Id,
  at: InstantText,
  via: Via,
  who: Type.String({ description: "The person's name, or the token's." }),
  address: Nullable(Type.String({ description: "Where the request came from." })),
  action: Type.String({ description: "The operation's id, such as `retryDomain`." }),
  about: Nullable(Type.String({ description: "What it was done to, such as a domain's name." })),
  status: Nullable(
    Type.Integer({ description: "The answer's HTTP status; null: the server ended before it answered." }),
  ),
  count: Type.Integer({
    minimum: 1,
    description:
      "How many calls it stands for. Calls of one caller for one operation that their role or scope refused (403) are one entry an hour: it has the first one's time, address and `about`.",
  }),
  lastAt: Nullable(InstantText),
});
export type AuditEntry = Static<typeof AuditEntry>;

export const listAudit = operation({
  id: "listAudit",
  method: "GET",
  path: "/v1/audit",
  tag: "Audit",
  summary: "List who did what",
  description:
    "Every call that changes something, every export of a key, and every call that the caller's role or scope refuses; the latest first. Entries are kept for `audit_kept_days`.",
  scopes: ["admin"],
  role: "operator",
  query: Type.Object(
    {
      ...PageQuery,
      who: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: "Only theirs, by name." })),
      action: Type.Optional(
        Type.String({ pattern: "^[A-Za-z]{1,60}$", description: "Only this operation's." }),
      ),
      about: Type.Optional(
        Type.String({ minLength: 1, maxLength: 1_000, description: "Only what was done to this." }),
      ),
      since: Type.Optional(InstantText),
      until: Type.Optional(InstantText),
    },
    Closed,
  ),
  responses: { 200: Page(AuditEntry) },
  problems: ["invalid-cursor"],
});
