import type { Duration, Instant } from "@certmill/domain";
import type { Random } from "../random.ts";

/** How long clients are told to wait for an order or authorization, and in which form of RFC 9110 section 10.2.3. */
export type RetryAfter =
  | { readonly form: "none" }
  /** `mixed`: one or the other by chance, as Pebble does. */
  | { readonly form: "seconds" | "date" | "mixed"; readonly wait: Duration };

/** The header's value; `null`: no header. Parts of seconds are rounded up. */
export function retryAfterValue(retryAfter: RetryAfter, now: Instant, random: Random): string | null {
  if (retryAfter.form === "none") return null;
  const { form, wait } = retryAfter;
  const asDate = form === "date" || (form === "mixed" && random() < 0.5);
  if (!asDate) return String(Math.ceil(wait / 1_000));
  return new Date(Math.ceil((now + wait) / 1_000) * 1_000).toUTCString();
}
