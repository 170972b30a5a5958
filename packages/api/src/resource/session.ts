import { type Static, Type } from "typebox";
import { Closed, Id, InstantText, Nullable, Page, PageQuery } from "../fields.ts";
import { operation } from "../operation.ts";
import { Role } from "../role.ts";

const Method = Type.Enum(["local", "oidc"], {
  description: "`local`: with a password of Certmill's own. `oidc`: by the sign-in provider.",
});

const signedIn = {
  who: Type.String({ description: "The name by which the audit log knows them." }),
  displayName: Type.String(),
  role: Role,
  tenant: Nullable(Type.String({ description: "The only tenant they see; null: they see everything." })),
  method: Method,
  endsAt: InstantText,
};

/** Who has signed in, as the console shows it. */
export const Session = Type.Object(signedIn);
export type Session = Static<typeof Session>;

export const ListedSession = Type.Object({
  id: Id,
  ...signedIn,
  address: Nullable(Type.String({ description: "Where it was begun from." })),
  userAgent: Nullable(Type.String()),
  startedAt: InstantText,
  seenAt: InstantText,
  current: Type.Boolean({ description: "Whether it is the one that asks." }),
});
export type ListedSession = Static<typeof ListedSession>;

export const signIn = operation({
  id: "signIn",
  method: "POST",
  path: "/v1/session",
  tag: "Sign-in",
  summary: "Sign in with a password",
  description:
    "Begins a session, whose secret is in an HttpOnly cookie. Only for the console: the request must come from its origin.",
  scopes: [],
  role: null,
  audited: false,
  body: Type.Object(
    {
      name: Type.String({ minLength: 1, maxLength: 100 }),
      password: Type.String({ minLength: 1, maxLength: 1_000 }),
    },
    Closed,
  ),
  responses: { 200: Session },
  problems: ["sign-in-refused", "not-from-console", "sign-in-off", "sign-in-throttled"],
});

export const showSession = operation({
  id: "showSession",
  method: "GET",
  path: "/v1/session",
  tag: "Sign-in",
  summary: "Show who is signed in",
  description: "The session of the request's cookie; asking does not prolong it.",
  scopes: [],
  role: "viewer",
  responses: { 200: Session },
  problems: [],
});

export const signOut = operation({
  id: "signOut",
  method: "DELETE",
  path: "/v1/session",
  tag: "Sign-in",
  summary: "Sign out",
  description: "The session ends at once.",
  scopes: [],
  role: "viewer",
  responses: {
    200: Type.Object({
      providerUrl: Nullable(
        Type.String({
          description: "Where to go to sign out of the sign-in provider, too; null: there is nothing to do.",
        }),
      ),
    }),
  },
  problems: [],
});

export const showSignInOptions = operation({
  id: "showSignInOptions",
  method: "GET",
  path: "/v1/session/options",
  tag: "Sign-in",
  summary: "Show how one can sign in",
  description: "For the console's first page.",
  scopes: [],
  role: null,
  responses: {
    200: Type.Object({
      local: Type.Boolean({ description: "Whether with a name and a password." }),
      oidc: Nullable(
        Type.Object({
          name: Type.String({ description: "What the button says." }),
          startPath: Type.String({
            description: "Where to go; `?return_to=/console/…` says where to come back to.",
          }),
        }),
      ),
    }),
  },
  problems: [],
});

export const listSessions = operation({
  id: "listSessions",
  method: "GET",
  path: "/v1/sessions",
  tag: "Sign-in",
  summary: "List sessions",
  description: "Of everybody who is signed in, the latest first.",
  scopes: ["admin"],
  role: "admin",
  query: Type.Object(PageQuery, Closed),
  responses: { 200: Page(ListedSession) },
  problems: ["invalid-cursor"],
});

export const endSession = operation({
  id: "endSession",
  method: "DELETE",
  path: "/v1/sessions/{id}",
  tag: "Sign-in",
  summary: "End a session",
  description: "It ends at once; whoever had it has to sign in again.",
  scopes: ["admin"],
  role: "admin",
  params: Type.Object({ id: Id }),
  responses: { 200: ListedSession },
  problems: ["not-found"],
});
