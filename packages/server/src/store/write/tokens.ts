import type { Instant } from "@certmill/domain";
import { type Db, timestamp } from "../database.ts";
import type { TokenScope } from "../schema/access.ts";
import { ensureEdgeGroup, ensureTenants } from "./names.ts";

export interface NewToken {
  readonly name: string;
  readonly hash: Uint8Array;
  readonly scope: TokenScope;
  /** Set if and only if the scope is `tenant` or `status`. */
  readonly tenant: string | null;
  /** Set if and only if the scope is `edge`. */
  readonly edgeGroup: string | null;
  readonly expiresAt: Instant | null;
}

/** Stores a token; a tenant or edge group that is new is made with it. @returns its id. */
export async function insertToken(db: Db, token: NewToken, now: Instant): Promise<string> {
  const { tenant, edgeGroup, expiresAt } = token;
  return db.transaction().execute(async (trx) => {
    const tenants = await ensureTenants(trx, tenant === null ? [] : [tenant], now);
    const row = await trx
      .insertInto("token")
      .values({
        name: token.name,
        hash: token.hash,
        scope: token.scope,
        tenant_id: tenant === null ? null : (tenants.get(tenant) ?? null),
        edge_group_id: edgeGroup === null ? null : await ensureEdgeGroup(trx, edgeGroup),
        created_at: timestamp(now),
        expires_at: expiresAt === null ? null : timestamp(expiresAt),
      })
      .returning("id")
      .executeTakeFirstOrThrow();
    return row.id;
  });
}

/** From the next request on the token is refused. Revoking again changes nothing. */
export async function revokeToken(db: Db, id: string, now: Instant): Promise<void> {
  await db
    .updateTable("token")
    .set({ revoked_at: timestamp(now) })
    .where("id", "=", id)
    .where("revoked_at", "is", null)
    .execute();
}
