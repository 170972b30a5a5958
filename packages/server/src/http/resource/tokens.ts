import type { Operations, Token } from "@certmill/api";
import { after, days, type Instant } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { findToken, listTokens, type TokenRow } from "../../store/read/tokens.ts";
import { isRowId } from "../../store/row-id.ts";
import { insertToken, revokeToken } from "../../store/write/tokens.ts";
import { hashBearerToken, newBearerToken } from "../caller/bearer-token.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

export function createTokenHandler({ db, now }: Tools): Handler<Operations["createToken"]> {
  return async ({ body }) => {
    const { name, scope, tenant, edgeGroup, expiresInDays } = body;
    requireMatch(
      scope === "tenant" || scope === "status",
      tenant !== undefined,
      "tenant",
      `A token of scope ${scope} needs its tenant.`,
    );
    if (scope !== "edge") requireMatch(false, edgeGroup !== undefined, "edgeGroup", "");
    const token = newBearerToken();
    const stored = {
      name,
      hash: hashBearerToken(token),
      scope,
      tenant: tenant ?? null,
      edgeGroup: scope === "edge" ? (edgeGroup ?? "default") : null,
      expiresAt: expiresInDays === undefined ? null : after(now(), days(expiresInDays)),
    };
    const row = await findToken(db, await insertToken(db, stored, now()));
    if (row === null) throw new Error("A token vanished right after it was stored.");
    return { status: 201, body: { ...present(row), token } };
  };
}

function requireMatch(wanted: boolean, given: boolean, property: string, missing: string): void {
  if (wanted === given) return;
  const message = wanted ? missing : "It does not go with a token of this scope.";
  throw new Refusal("invalid-request", "The request has one fault.", {
    errors: [{ path: `/${property}`, message }],
  });
}

export function listTokensHandler({ db, now }: Tools): Handler<Operations["listTokens"]> {
  return async ({ query: { after, limit = defaultLimit } }) => {
    const cursor = decodeCursor("tokens", 1, after)?.[0] ?? null;
    if (cursor !== null && !isRowId(cursor)) throw new Refusal("invalid-cursor", "The cursor is damaged.");
    const rows = await listTokens(db, { after: cursor, limit: limit + 1, now: now() });
    return { status: 200, body: pageOf(rows, limit, present, ({ id }) => encodeCursor("tokens", [id])) };
  };
}

export function revokeTokenHandler({ db, now }: Tools): Handler<Operations["revokeToken"]> {
  return async ({ params: { id } }) => {
    const row = isRowId(id) ? await findToken(db, id) : null;
    if (row === null) throw new Refusal("not-found", `There is no token ${id}.`);
    await revokeToken(db, id, now());
    return { status: 200, body: present(row) };
  };
}

function present(row: TokenRow): Token {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    tenant: row.tenant,
    edgeGroup: row.edge_group,
    createdAt: instantText(row.created_at),
    expiresAt: instantTextOrNull(row.expires_at),
  };
}
