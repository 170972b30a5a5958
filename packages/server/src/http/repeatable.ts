import type { Operation } from "@certmill/api";
import type { Instant } from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { answerOnce, type Once, type RepeatableRequest } from "../store/write/answer-once.ts";
import { Refusal } from "./refusal.ts";
import type { Answer } from "./routes.ts";

/**
 * Runs `act` in a transaction. With an Idempotency-Key its answer is stored in the same transaction, and a
 * repetition gets that answer instead.
 *
 * @throws {Refusal} `idempotency-key-reused`
 */
export async function withAnswerKept<O extends Operation>(
  db: Db,
  request: RepeatableRequest | null,
  now: Instant,
  act: (trx: Db) => Promise<Answer<O>>,
): Promise<Answer<O>> {
  if (request === null) return db.transaction().execute(act);
  return repeatedAnswer<O>(await answerOnce(db, request, now, act));
}

/** @throws {Refusal} `idempotency-key-reused` */
export function repeatedAnswer<O extends Operation>(once: Once): Answer<O> {
  if (once.kind === "key-reused") {
    throw new Refusal("idempotency-key-reused", "The key is known, and the request differs from the first.");
  }
  const { status, body } = once.answer;
  return { status, body: body as Answer<O>["body"] };
}
