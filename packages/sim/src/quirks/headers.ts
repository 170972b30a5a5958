import type { ReplyAlteration } from "./alteration.ts";
import { type FinishedReply, replaceHeaders } from "./finished-reply.ts";

/** @param value as it is to be sent: seconds, an HTTP date or nonsense. */
export const withRetryAfter =
  (value: string): ReplyAlteration =>
  (reply) =>
    replaceHeaders(reply, { "Retry-After": value });

export const withoutHeader =
  (name: string): ReplyAlteration =>
  (reply) =>
    replaceHeaders(reply, { [name]: null });

/** The CA's clock is elsewhere. */
export const withDate =
  (date: Date): ReplyAlteration =>
  (reply) =>
    replaceHeaders(reply, { Date: date.toUTCString() });

/** A Replay-Nonce of the test's choice: one that was spent, or none of the CA's at all. */
export const sameNonce =
  (nonce: string): ReplyAlteration =>
  (reply) =>
    replaceHeaders(reply, { "Replay-Nonce": nonce });

/** To be planned for several replies: all get the Replay-Nonce of the first one. */
export function repeatedNonce(): ReplyAlteration {
  let first: FinishedReply["headers"][string] | null = null;
  return (reply) => {
    first ??= reply.headers["Replay-Nonce"] ?? null;
    return replaceHeaders(reply, { "Replay-Nonce": first });
  };
}
