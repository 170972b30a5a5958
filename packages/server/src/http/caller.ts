import type { Scope } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { findTokenByHash, type TokenRow } from "../store/read/tokens.ts";
import { hashBearerToken } from "./bearer-token.ts";
import { isSignedToken } from "./edge-token.ts";
import type { KeyedEdges, SignedIn } from "./keyed-edges.ts";
import { Refusal } from "./refusal.ts";

interface Bearer {
  readonly tokenId: string;
  /** The token's name, for the events that say who did it. */
  readonly tokenName: string;
}

/** Who asks, by the token that came with the request. */
export type Caller =
  | (Bearer & { readonly scope: "admin" })
  | (Bearer & { readonly scope: "tenant"; readonly tenantId: string; readonly tenant: string })
  | EdgeCaller;

/** An edge of this group. */
export interface EdgeCaller {
  readonly scope: "edge";
  readonly edgeGroupId: string;
  readonly by: /** Which edge it is, it says itself. */
  { readonly kind: "token"; readonly tokenName: string } | ({ readonly kind: "key" } & SignedIn);
}

/** The tenant whose things alone the caller may see; null: everyone's. */
export const tenantIdOf = (caller: Caller): string | null =>
  caller.scope === "tenant" ? caller.tenantId : null;

export interface CallerTools {
  readonly db: Db;
  readonly keyedEdges: KeyedEdges;
}

/**
 * The caller of a request that needs one of `scopes`.
 *
 * @param authorization the header; undefined: there is none.
 * @throws {Refusal} `token-missing`, `token-rejected` or `scope-insufficient`.
 */
export async function identifyCaller(
  { db, keyedEdges }: CallerTools,
  authorization: string | undefined,
  scopes: readonly Scope[],
  now: Instant,
): Promise<Caller> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new Refusal("token-missing", "The request came without a bearer token.");
  if (isSignedToken(token)) {
    const signedIn = await keyedEdges.signedIn(token, now);
    requireScope(scopes, "edge", `token of the edge "${signedIn.edge.name}"`);
    return { scope: "edge", edgeGroupId: signedIn.edge.edge_group_id, by: { kind: "key", ...signedIn } };
  }
  const row = await findTokenByHash(db, hashBearerToken(token), now);
  if (row === null) throw new Refusal("token-rejected", "The bearer token is not valid.");
  requireScope(scopes, row.scope, `token "${row.name}"`);
  return callerOf(row);
}

function requireScope(wanted: readonly Scope[], scope: Scope, token: string): void {
  if (wanted.includes(scope)) return;
  throw new Refusal(
    "scope-insufficient",
    `The ${token} has the scope ${scope}; this needs ${wanted.join(" or ")}.`,
  );
}

function callerOf({ id, name, scope, tenant_id, tenant, edge_group_id }: TokenRow): Caller {
  const bearer = { tokenId: id, tokenName: name };
  if (scope === "admin") return { ...bearer, scope };
  if (scope === "tenant" && tenant_id !== null && tenant !== null) {
    return { ...bearer, scope, tenantId: tenant_id, tenant };
  }
  if (scope === "edge" && edge_group_id !== null) {
    return { scope, edgeGroupId: edge_group_id, by: { kind: "token", tokenName: name } };
  }
  throw new Error(`The token ${id} has the scope ${scope} and not what belongs to it.`);
}
