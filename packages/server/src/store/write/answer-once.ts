import { hours, type Instant, instant } from "@certmill/domain";
import { sql } from "kysely";
import { type Db, timestamp } from "../database.ts";

/** A request that its sender may repeat without wanting it done twice. */
export interface RepeatableRequest {
  /** A token's id, or minus a session's. */
  readonly holder: string;
  /** The sender's own word for it. */
  readonly key: string;
  /** SHA-256 over what was asked. */
  readonly hash: Uint8Array;
}

export interface StoredAnswer {
  readonly status: number;
  readonly body: unknown;
}

export type Once =
  | { readonly kind: "answer"; readonly answer: StoredAnswer }
  /** The key came with another request before. */
  | { readonly kind: "key-reused" };

const kept = hours(24);

/** The answer that was given to this request; null when it has not been done. */
export async function findAnswer(db: Db, request: RepeatableRequest): Promise<Once | null> {
  const row = await db
    .selectFrom("idempotency")
    .select(["request_hash", "status", "response"])
    .where("token_id", "=", request.holder)
    .where("key", "=", request.key)
    .executeTakeFirst();
  if (row === undefined) return null;
  if (Buffer.compare(row.request_hash, request.hash) !== 0) return { kind: "key-reused" };
  return { kind: "answer", answer: { status: row.status, body: row.response } };
}

/**
 * Does what `act` does and stores its answer with it, in one transaction; when it was done before, the
 * stored answer comes again. A second request of the same key waits until the first has ended. When `act`
 * throws nothing is kept, and a repetition tries anew. Answers are kept for 24 hours.
 */
export async function answerOnce(
  db: Db,
  request: RepeatableRequest,
  now: Instant,
  act: (trx: Db) => Promise<StoredAnswer>,
): Promise<Once> {
  return db.transaction().execute(async (trx) => {
    await sql`delete from idempotency where created_at < ${timestamp(instant(now - kept))}`.execute(trx);
    const { rows } = await sql`
      insert into idempotency (token_id, key, request_hash, status, response, created_at)
      values (${request.holder}, ${request.key}, ${request.hash}, 0, 'null', ${timestamp(now)})
      on conflict (token_id, key) do nothing returning key`.execute(trx);
    if (rows.length === 0) {
      const found = await findAnswer(trx, request);
      if (found === null) throw new Error("An idempotency row vanished inside its transaction.");
      return found;
    }
    const answer = await act(trx);
    await trx
      .updateTable("idempotency")
      .set({ status: answer.status, response: JSON.stringify(answer.body) })
      .where("token_id", "=", request.holder)
      .where("key", "=", request.key)
      .execute();
    return { kind: "answer", answer };
  });
}
