import type { Db } from "./database.ts";

export interface PublishedChallenge {
  readonly token: string;
  readonly keyAuthorization: string;
}

export interface PublishedProof {
  /** A name or an IP address. */
  readonly identifier: string;
  readonly keyAuthorization: string;
}

/**
 * What is shown to a CA that gives this name in SNI, the newest of several; null: nothing. Index:
 * `challenge_response_by_server_name`.
 */
export async function findProof(db: Db, serverName: string): Promise<PublishedProof | null> {
  const row = await db
    .selectFrom("challenge_response")
    .select(["identifier", "key_authorization"])
    .where("server_name", "=", serverName)
    .orderBy("published_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row === undefined ? null : { identifier: row.identifier, keyAuthorization: row.key_authorization };
}

/** Those of `tokens` that are published. Index: the primary key. */
export async function readChallengeResponses(
  db: Db,
  tokens: readonly string[],
): Promise<PublishedChallenge[]> {
  const rows = await db
    .selectFrom("challenge_response")
    .select(["token", "key_authorization"])
    .where("token", "in", [...tokens])
    .execute();
  return rows.map((row) => ({ token: row.token, keyAuthorization: row.key_authorization }));
}
