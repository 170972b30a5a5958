import { isForTenants, type Operation, roleSuffices, type Scope } from "@certmill/api";
import type { Duration, Instant } from "@certmill/domain";
import type { ByWhom } from "../../store/by-whom.ts";
import type { Db } from "../../store/database.ts";
import { findSession, type SessionRow } from "../../store/read/sessions.ts";
import { findTokenByHash, type TokenRow } from "../../store/read/tokens.ts";
import type { Via } from "../../store/schema/access.ts";
import { seeSession } from "../../store/write/sessions.ts";
import { Refusal } from "../refusal.ts";
import { hashSessionSecret } from "../sign-in/session-cookie.ts";
import { hashBearerToken } from "./bearer-token.ts";
import { isSignedToken } from "./edge-token.ts";
import type { KeyedEdges, SignedIn } from "./keyed-edges.ts";

/** Who acts: a bearer token, or somebody who has signed in. */
interface Acting {
  /** The token's name, or the person's. */
  readonly who: string;
  readonly via: Exclude<Via, "nobody">;
  /** A token's id, or minus a session's. */
  readonly holder: string;
}

interface ActingForTenant extends Acting {
  readonly tenantId: string;
  readonly tenant: string;
}

/** The caller is known, and their role or scope is not enough. */
export class AccessRefusal extends Refusal {
  readonly by: Pick<Acting, "who" | "via">;

  constructor(code: "role-insufficient" | "scope-insufficient", detail: string, by: AccessRefusal["by"]) {
    super(code, detail);
    this.by = by;
  }
}

/**
 * Who asks. Somebody who has signed in is as a token is that may do the same: `tenant` when they are bound to a tenant,
 * else `admin`; their role was looked at before.
 */
export type Caller =
  | (Acting & { readonly scope: "admin" })
  | (ActingForTenant & { readonly scope: "tenant" })
  | (ActingForTenant & { readonly scope: "status" })
  | SessionCaller
  | EdgeCaller;

/** Of what only somebody who has signed in may do. */
export interface SessionCaller extends Acting {
  readonly scope: "session";
  readonly session: SessionRow;
}

/** An edge of this group. */
export interface EdgeCaller {
  readonly scope: "edge";
  readonly edgeGroupId: string;
  readonly by: /** Which edge it is, it says itself. */
  { readonly kind: "token"; readonly tokenName: string } | ({ readonly kind: "key" } & SignedIn);
}

/** The tenant whose things alone the caller may see; null: everyone's. */
export const tenantIdOf = (caller: Caller): string | null =>
  caller.scope === "tenant" || caller.scope === "status" ? caller.tenantId : null;

export interface CallerTools {
  readonly db: Db;
  readonly keyedEdges: KeyedEdges;
}

/** For an event's detail. */
export const byWhom = ({ via, who }: Acting): ByWhom => (via === "token" ? { token: who } : { person: who });

/** `with the token "x"` or `by x`. */
export const byText = ({ via, who }: Acting): string =>
  via === "token" ? `with the token "${who}"` : `by ${who}`;

/** What a request shows of who sends it. */
export interface Credentials {
  /** The header; undefined: there is none. */
  readonly authorization: string | undefined;
  /** From the cookie; null: there is none. */
  readonly sessionSecret: string | null;
}

export interface CallTime {
  readonly now: Instant;
  /** How long a session lasts that is not used. */
  readonly idle: Duration;
}

/**
 * The caller of a request for an operation that is not open. A bearer token goes before a cookie.
 *
 * @throws {Refusal} `token-missing`, `token-rejected` or `scope-insufficient`; `session-missing`, `session-ended` or
 *   `role-insufficient`.
 */
export async function identifyCaller(
  tools: CallerTools,
  { authorization, sessionSecret }: Credentials,
  operation: Operation,
  time: CallTime,
): Promise<Caller> {
  const { scopes, role } = operation;
  const isForTokens = scopes.length > 0;
  if (isForTokens && (authorization !== undefined || sessionSecret === null || role === null)) {
    return callerByToken(tools, authorization, scopes, time.now);
  }
  const { db } = tools;
  if (sessionSecret === null) throw new Refusal("session-missing", "The request came without a session.");
  const session = await findSession(db, hashSessionSecret(sessionSecret), time);
  if (session === null) throw new Refusal("session-ended", "The session is over, or was ended.");
  demandRole(operation, session);
  await seeSession(db, { id: session.id, seenAt: session.seen_at, now: time.now });
  return callerBySession(session, isForTokens);
}

function demandRole(operation: Operation, { who, method: via, role, tenant }: SessionRow): void {
  const refuse = (detail: string): AccessRefusal =>
    new AccessRefusal("role-insufficient", detail, { who, via });
  if (operation.role === null || !roleSuffices(role, operation.role))
    throw refuse(`${who} is ${role}; this needs ${operation.role ?? "a token"}.`);
  if (tenant !== null && !isForTenants(operation))
    throw refuse(`${who} is bound to the tenant "${tenant}"; this is not about one tenant alone.`);
}

function callerBySession(session: SessionRow, isForTokens: boolean): Caller {
  const { id, who, method: via, tenant_id: tenantId, tenant } = session;
  const acting = { who, via, holder: `-${id}` };
  if (!isForTokens) return { ...acting, scope: "session", session };
  if (tenantId === null) return { ...acting, scope: "admin" };
  // Its name comes with its id: the row is there.
  return { ...acting, scope: "tenant", tenantId, tenant: tenant ?? "" };
}

async function callerByToken(
  { db, keyedEdges }: CallerTools,
  authorization: string | undefined,
  scopes: readonly Scope[],
  now: Instant,
): Promise<Caller> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new Refusal("token-missing", "The request came without a bearer token.");
  if (isSignedToken(token)) {
    const signedIn = await keyedEdges.signedIn(token, now);
    requireScope(scopes, {
      scope: "edge",
      who: signedIn.edge.name,
      called: `token of the edge "${signedIn.edge.name}"`,
    });
    return { scope: "edge", edgeGroupId: signedIn.edge.edge_group_id, by: { kind: "key", ...signedIn } };
  }
  const row = await findTokenByHash(db, hashBearerToken(token), now);
  if (row === null) throw new Refusal("token-rejected", "The bearer token is not valid.");
  requireScope(scopes, { scope: row.scope, who: row.name, called: `token "${row.name}"` });
  return callerOf(row);
}

function requireScope(
  wanted: readonly Scope[],
  { scope, who, called }: { readonly scope: Scope; readonly who: string; readonly called: string },
): void {
  if (wanted.includes(scope)) return;
  throw new AccessRefusal(
    "scope-insufficient",
    `The ${called} has the scope ${scope}; this needs ${wanted.join(" or ")}.`,
    { who, via: "token" },
  );
}

function callerOf({ id, name, scope, tenant_id, tenant, edge_group_id }: TokenRow): Caller {
  const acting = { who: name, via: "token", holder: id } as const;
  if (scope === "admin") return { ...acting, scope };
  if ((scope === "tenant" || scope === "status") && tenant_id !== null && tenant !== null) {
    return { ...acting, scope, tenantId: tenant_id, tenant };
  }
  if (scope === "edge" && edge_group_id !== null) {
    return { scope, edgeGroupId: edge_group_id, by: { kind: "token", tokenName: name } };
  }
  throw new Error(`The token ${id} has the scope ${scope} and not what belongs to it.`);
}
