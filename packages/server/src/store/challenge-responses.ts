import type { Db } from "./database.ts";

export interface PublishedChallenge {
  readonly token: string;
  readonly keyAuthorization: string;
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
