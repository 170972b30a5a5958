/** What an endpoint's answer means for the message and for the endpoint (Standard Webhooks, "Operational considerations"). */
import { after, type Duration, days, type Instant, instant } from "../time/instant.ts";

/** What came of one request. */
export type WebhookAnswer =
  | {
      readonly kind: "answered";
      readonly status: number;
      /** From Retry-After; null: it has none. */
      readonly retryAt: Instant | null;
    }
  /** No whole answer: no address, no connection, no time, or an address that is not to be reached. */
  | { readonly kind: "unanswered" };

export type WebhookVerdict =
  /** It is delivered. */
  | { readonly kind: "taken" }
  /** The endpoint wants nothing any more. */
  | { readonly kind: "gone" }
  /** This message is not taken; others may be. */
  | { readonly kind: "refused" }
  /** The endpoint is in trouble; not before `retryAt`, where it says when. */
  | { readonly kind: "trouble"; readonly retryAt: Instant | null };

/** With these an endpoint, or what is before it, speaks of itself and not of the message. */
const ofTheEndpoint: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const longestWait: Duration = days(1);

/** Only 2xx is success: a redirect is none, as it would lead past the address that was examined. */
export function judgeAnswer(answer: WebhookAnswer, now: Instant): WebhookVerdict {
  if (answer.kind === "unanswered") return { kind: "trouble", retryAt: null };
  const { status, retryAt } = answer;
  if (status >= 200 && status < 300) return { kind: "taken" };
  if (status === 410) return { kind: "gone" };
  if (!ofTheEndpoint.has(status)) return { kind: "refused" };
  return {
    kind: "trouble",
    retryAt: retryAt === null ? null : instant(Math.min(Math.max(retryAt, now), after(now, longestWait))),
  };
}
