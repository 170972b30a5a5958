import type { Scope } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { findTokenByHash, type TokenRow } from "../store/read/tokens.ts";
import { hashBearerToken } from "./bearer-token.ts";
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
  | (Bearer & { readonly scope: "edge"; readonly edgeGroupId: string });

/** The tenant whose things alone the caller may see; null: everyone's. */
export const tenantIdOf = (caller: Caller): string | null =>
  caller.scope === "tenant" ? caller.tenantId : null;

/**
 * The caller of a request that needs one of `scopes`.
 *
 * @param authorization the header; undefined: there is none.
 * @throws {Refusal} `token-missing`, `token-rejected` or `scope-insufficient`.
 */
export async function identifyCaller(
  db: Db,
  authorization: string | undefined,
  scopes: readonly Scope[],
  now: Instant,
): Promise<Caller> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw new Refusal("token-missing", "The request came without a bearer token.");
  const row = await findTokenByHash(db, hashBearerToken(token), now);
  if (row === null) throw new Refusal("token-rejected", "The bearer token is not valid.");
  if (!scopes.includes(row.scope)) {
    throw new Refusal(
      "scope-insufficient",
      `The token "${row.name}" has the scope ${row.scope}; this needs ${scopes.join(" or ")}.`,
    );
  }
  return callerOf(row);
}

function callerOf({ id, name, scope, tenant_id, tenant, edge_group_id }: TokenRow): Caller {
  const bearer = { tokenId: id, tokenName: name };
  if (scope === "admin") return { ...bearer, scope };
  if (scope === "tenant" && tenant_id !== null && tenant !== null) {
    return { ...bearer, scope, tenantId: tenant_id, tenant };
  }
  if (scope === "edge" && edge_group_id !== null) return { ...bearer, scope, edgeGroupId: edge_group_id };
  throw new Error(`The token ${id} has the scope ${scope} and not what belongs to it.`);
}
