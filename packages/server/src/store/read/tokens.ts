import type { Instant } from "@certmill/domain";
import { type RawBuilder, sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import type { TokenScope } from "../schema/access.ts";

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly tenant_id: string | null;
  readonly tenant: string | null;
  readonly edge_group_id: string | null;
  readonly edge_group: string | null;
  readonly created_at: Instant;
  readonly expires_at: Instant | null;
}

const selectTokens = (db: Db) =>
  db
    .selectFrom("token")
    .leftJoin("tenant", "tenant.id", "token.tenant_id")
    .leftJoin("edge_group", "edge_group.id", "token.edge_group_id")
    .select([
      "token.id",
      "token.name",
      "token.scope",
      "token.tenant_id",
      "tenant.name as tenant",
      "token.edge_group_id",
      "edge_group.name as edge_group",
      "token.created_at",
      "token.expires_at",
    ]);

/** Whether a row of `token` is neither revoked nor expired. */
export const works = (now: Instant): RawBuilder<boolean> =>
  sql`token.revoked_at is null and (token.expires_at is null or token.expires_at > ${timestamp(now)})`;

/** The token of this hash, or null when there is none, it is revoked or has expired. Index: the hash's. */
export async function findTokenByHash(db: Db, hash: Uint8Array, now: Instant): Promise<TokenRow | null> {
  const row = await selectTokens(db).where("token.hash", "=", hash).where(works(now)).executeTakeFirst();
  return row ?? null;
}

export async function findToken(db: Db, id: string): Promise<TokenRow | null> {
  return (await selectTokens(db).where("token.id", "=", id).executeTakeFirst()) ?? null;
}

/** Tokens that still work, by id. */
export async function listTokens(
  db: Db,
  page: { after: string | null; limit: number; now: Instant },
): Promise<TokenRow[]> {
  return selectTokens(db)
    .where(works(page.now))
    .$if(page.after !== null, (query) => query.where("token.id", ">", page.after))
    .orderBy("token.id")
    .limit(page.limit)
    .execute();
}
