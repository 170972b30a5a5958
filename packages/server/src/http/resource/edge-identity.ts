import type { Edge, Operations } from "@certmill/api";
import { after, type Instant, seconds } from "@certmill/domain";
import type { Db } from "../../store/database.ts";
import { readInstallationId } from "../../store/installation-id.ts";
import { type EdgeRow, listEdges } from "../../store/read/edges.ts";
import { isRowId } from "../../store/row-id.ts";
import { insertJoinToken, joinEdge } from "../../store/write/join-tokens.ts";
import { removeEdge } from "../../store/write/remove-edge.ts";
import { hashBearerToken, newJoinToken } from "../caller/bearer-token.ts";
import { verifyJoinProof } from "../caller/edge-token.ts";
import { decodeCursor, defaultLimit, encodeCursor, pageOf } from "../cursor.ts";
import { instantText, instantTextOrNull } from "../present/instant-text.ts";
import { Refusal } from "../refusal.ts";
import type { Handler } from "../routes.ts";

interface Tools {
  readonly db: Db;
  readonly now: () => Instant;
}

const usualLife = 3_600;

export function createJoinTokenHandler({ db, now }: Tools): Handler<Operations["createJoinToken"]> {
  return async ({ params: { name: edgeGroup }, body: { expiresInSeconds = usualLife } }) => {
    const token = newJoinToken();
    const expiresAt = after(now(), seconds(expiresInSeconds));
    await insertJoinToken(db, { hash: hashBearerToken(token), edgeGroup, expiresAt }, now());
    return { status: 201, body: { edgeGroup, expiresAt: instantText(expiresAt), token } };
  };
}

export function joinEdgeHandler({ db, now }: Tools): Handler<Operations["joinEdge"]> {
  return async ({ body: { joinToken, edge: name, version = null, proof } }) => {
    const publicKey = await verifyJoinProof(proof, name, now());
    const joined = await joinEdge(db, { hash: hashBearerToken(joinToken), name, publicKey, version }, now());
    if (joined.kind === "token-rejected") {
      throw new Refusal("join-token-rejected", "The join token is not known, has expired or was used.");
    }
    if (joined.kind === "edge-exists") {
      throw new Refusal(
        "edge-exists",
        `The group has an edge "${name}" with a key of its own, or this key is another edge's.`,
      );
    }
    const { edgeId, name: edge, edgeGroup } = joined;
    return { status: 200, body: { edgeId, edge, edgeGroup, audience: await readInstallationId(db) } };
  };
}

export function listEdgesHandler({ db, now }: Tools): Handler<Operations["listEdges"]> {
  return async ({ query: { after: cursor, limit = defaultLimit, name = null, group = null } }) => {
    const from = decodeCursor("edges", 1, cursor)?.[0] ?? "0";
    if (cursor !== undefined && !isRowId(from)) throw new Refusal("invalid-cursor", "The cursor is damaged.");
    const rows = await listEdges(db, { name, group }, { after: from, limit: limit + 1, now: now() });
    return { status: 200, body: pageOf(rows, limit, present, ({ id }) => encodeCursor("edges", [id])) };
  };
}

const present = (row: EdgeRow): Edge => ({
  id: row.id,
  name: row.name,
  group: row.group,
  lastSeenAt: instantText(row.last_seen_at),
  alive: row.alive,
  joinedAt: instantTextOrNull(row.joined_at),
  version: row.version,
  behind: Number(row.behind),
  halfPairs: Number(row.half_pairs),
});

export function removeEdgeHandler({ db, now }: Tools): Handler<Operations["removeEdge"]> {
  return async ({ params: { id } }) => {
    const removed = isRowId(id) ? await removeEdge(db, id, now()) : null;
    if (removed === null) throw new Refusal("not-found", `There is no edge ${id}.`);
    const { had_key: hadKey, ...edge } = removed;
    return { status: 200, body: { ...edge, hadKey } };
  };
}
