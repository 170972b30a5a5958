import { createHash } from "node:crypto";
import { sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";

/** As a CA's tokens look: 43 characters of base64url. */
const tokenOf = (index: number): string => createHash("sha256").update(`token ${index}`).digest("base64url");

/** RFC 8555 section 8.1; the thumbprint is any of the right form. */
export const keyAuthorizationOf = (token: string): string => `${token}.${tokenOf(-1)}`;

/**
 * Publishes `count` challenges, all of one issuance: the responder reads them by their token only.
 * @returns the tokens.
 */
export async function publishTokens(db: Db, count: number): Promise<string[]> {
  const tokens = Array.from({ length: count }, (_, index) => tokenOf(index));
  await sql`
    with authority as (
      insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
      values ('bench', 'https://ca.example.com/directory', 'public', 64, true, now()) returning id
    ), covered as (
      insert into lineage (ca_id, edge_group_id, names, key_type, state, wanted_at, created_at)
      select authority.id, edge_group.id, '{shop.example.com}', 'p256', 'issuing', now(), now()
      from authority, edge_group returning id, ca_id, names
    ), live as (
      insert into issuance (lineage_id, ca_id, names, key_type, state_kind, state, started_at)
      select id, ca_id, names, 'p256', 'validating', '{"kind":"validating"}', now() from covered returning id
    )
    insert into challenge_response (token, key_authorization, issuance_id, identifier, published_at)
    select token, key_authorization, live.id, 'shop.example.com', now()
    from live, unnest(${tokens}::text[], ${tokens.map(keyAuthorizationOf)}::text[]) as published (token, key_authorization)`.execute(
    db,
  );
  return tokens;
}
