/** Edges that have joined, and what they are to serve, as rows: joining is not what is measured. */
import { generateKeyPairSync, webcrypto } from "node:crypto";
import { sql } from "kysely";
import type { Db } from "../../packages/server/src/store/database.ts";

export interface StoredEdge {
  readonly edgeId: string;
  readonly key: webcrypto.JsonWebKey;
  readonly group: string;
}

/** So many edges, round the groups, each with a key of its own. */
export async function fillEdges(
  db: Db,
  { count, groups }: { readonly count: number; readonly groups: readonly string[] },
): Promise<readonly StoredEdge[]> {
  await sql`insert into edge_group (name) select unnest(${[...groups]}::text[])`.execute(db);
  const edges: StoredEdge[] = [];
  for (let n = 0; n < count; n += 1) {
    const group = groups[n % groups.length] ?? "";
    const { privateKey } = generateKeyPairSync("ed25519");
    const { kty = "", crv = "", x = "", d = "" } = privateKey.export({ format: "jwk" });
    const { rows } = await sql<{ id: string }>`
      insert into edge (edge_group_id, name, last_seen_at, joined_at, public_key)
      select id, ${`edge-${n}`}, now(), now(), ${Buffer.from(x, "base64url")} from edge_group where name = ${group}
      returning id`.execute(db);
    const [row] = rows;
    if (row === undefined) throw new Error(`There is no group ${group}.`);
    edges.push({ edgeId: row.id, key: { kty, crv, x, d }, group });
  }
  return edges;
}

/** The key to sign with. */
export const signingKey = async (key: webcrypto.JsonWebKey): Promise<webcrypto.CryptoKey> =>
  await webcrypto.subtle.importKey("jwk", key, "Ed25519", false, ["sign"]);

/** So many lineages without a certificate, round the groups. @returns their ids in that order. */
export async function fillWaiting(
  db: Db,
  { caId, names, groups }: { caId: string; names: readonly string[]; groups: readonly string[] },
): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string; name: string }>`
    insert into lineage (ca_id, edge_group_id, names, key_type, state, wanted_at, created_at)
    select ${caId}, edge_group.id, array[given.name], 'p256', 'waiting', now(), now()
    from unnest(${[...names]}::text[]) with ordinality as given (name, n)
      join edge_group on edge_group.name = (${[...groups]}::text[])[(n - 1) % ${sql.lit(groups.length)} + 1]
    returning id, names[1] as name`.execute(db);
  const idOf = new Map(rows.map(({ id, name }) => [name, id]));
  return names.map((name) => idOf.get(name) ?? "");
}
