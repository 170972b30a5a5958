/** Tokens that a machine becomes an edge with: each once. */
import type { Instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";
import { ensureEdgeGroup } from "./names.ts";

/** Stores a join token; an edge group that is new is made with it. Those that ended unused a day ago are forgotten. */
export async function insertJoinToken(
  db: Db,
  token: { readonly hash: Uint8Array; readonly edgeGroup: string; readonly expiresAt: Instant },
  now: Instant,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`
      delete from join_token where used_at is null and expires_at < ${timestamp(now)}::timestamptz - interval '1 day'`.execute(
      trx,
    );
    await trx
      .insertInto("join_token")
      .values({
        hash: token.hash,
        edge_group_id: await ensureEdgeGroup(trx, token.edgeGroup),
        created_at: timestamp(now),
        expires_at: timestamp(token.expiresAt),
      })
      .execute();
  });
}

export interface Joining {
  /** Of the join token. */
  readonly hash: Uint8Array;
  readonly name: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly version: string | null;
}

export type Joined =
  | { readonly kind: "joined"; readonly edgeId: string; readonly name: string; readonly edgeGroup: string }
  /** There is no such token, it has expired, or another key has used it. */
  | { readonly kind: "token-rejected" }
  /** The group has an edge of this name with a key of its own, or the key is another edge's. */
  | { readonly kind: "edge-exists" };

/**
 * Makes an edge of whoever has the token, and uses that up, in one transaction. The same key with the same token is
 * answered the same again, whenever it comes: the first answer may have been lost. An edge of the name that came with its
 * group's bearer token until now goes on with what it has said.
 */
export async function joinEdge(db: Db, joining: Joining, now: Instant): Promise<Joined> {
  return db.transaction().execute(async (trx) => {
    const token = await trx
      .selectFrom("join_token")
      .innerJoin("edge_group", "edge_group.id", "join_token.edge_group_id")
      .leftJoin("edge", "edge.id", "join_token.edge_id")
      .select([
        "join_token.id",
        "join_token.edge_group_id",
        "join_token.expires_at",
        "join_token.used_at",
        "edge_group.name as group",
        "edge.id as edge_id",
        "edge.name as edge",
        "edge.public_key",
      ])
      .where("join_token.hash", "=", joining.hash)
      .forUpdate("join_token")
      .executeTakeFirst();
    if (token === undefined) return { kind: "token-rejected" };
    if (token.used_at !== null) {
      const { edge_id: edgeId, edge: name, public_key: key } = token;
      const isSame = edgeId !== null && name !== null && key !== null && equal(key, joining.publicKey);
      return isSame ? { kind: "joined", edgeId, name, edgeGroup: token.group } : { kind: "token-rejected" };
    }
    if (token.expires_at <= now) return { kind: "token-rejected" };
    const edgeId = await storeEdge(trx, { ...joining, edgeGroupId: token.edge_group_id, now });
    if (edgeId === null) return { kind: "edge-exists" };
    await trx
      .updateTable("join_token")
      .set({ used_at: timestamp(now), edge_id: edgeId })
      .where("id", "=", token.id)
      .execute();
    await tellOfEdge(trx, "edge.joined", { name: joining.name, edgeGroup: token.group, edgeId }, now);
    return { kind: "joined", edgeId, name: joining.name, edgeGroup: token.group };
  });
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** @returns its id; null: the name or the key is taken. */
async function storeEdge(
  trx: Db,
  edge: Joining & { readonly edgeGroupId: string; readonly now: Instant },
): Promise<string | null> {
  const { edgeGroupId, name, publicKey, version, now } = edge;
  const at = timestamp(now);
  const { rows } = await sql<{ id: string }>`
    insert into edge (edge_group_id, name, last_seen_at, public_key, joined_at, version)
    select ${edgeGroupId}, ${name}, ${at}, ${publicKey}, ${at}, ${version}
    where not exists (select from edge where public_key = ${publicKey})
    on conflict (edge_group_id, name) do update
      set last_seen_at = excluded.last_seen_at, public_key = excluded.public_key, joined_at = excluded.joined_at,
        version = excluded.version
      where edge.public_key is null
    returning id`.execute(trx);
  return rows[0]?.id ?? null;
}

/** An event that is no lineage's. */
export async function tellOfEdge(
  trx: Db,
  kind: "edge.joined" | "edge.removed",
  edge: { readonly name: string; readonly edgeGroup: string; readonly edgeId: string },
  now: Instant,
): Promise<void> {
  const detail = JSON.stringify({ edge: edge.name, edgeGroup: edge.edgeGroup, edgeId: edge.edgeId });
  await trx
    .insertInto("event")
    .values({ at: timestamp(now), kind, detail })
    .execute();
}
