/**
 * What a CA's renewal information means for a certificate (RFC 9773 section 4.2): when to renew, whether an order is
 * inside the window, and whether the window has been moved to say "at once".
 */
import { type Instant, instant } from "../time/instant.ts";
import { renewAt, type Validity } from "./renewal.ts";
import { stableFraction } from "./stable-fraction.ts";
import { emergencyAt } from "./work-class.ts";

/** When the CA suggests that a certificate be renewed. */
export interface RenewalWindow {
  readonly start: Instant;
  /** After `start`. */
  readonly end: Instant;
}

/**
 * The instant is chosen in this share of the window: the rest is left for waiting in line and for a second try, which
 * are still in the window then, and so exempt from limits. The RFC leaves the choice to the client.
 */
const chosenFrom = 0.9;

/**
 * When to renew: an instant in the window that is the lineage's own, evenly spread over many lineages and the same at
 * every call; now, when it has gone by. A window that is later than the certificate can wait for is not waited for.
 *
 * It holds in place of {@link renewAt}, and of a campaign's spread too: the RFC has clients choose a time "based on
 * the suggested renewal window" (MUST), a renewal before it is not exempt from limits, and a window is itself a
 * spread. Of a window that goes on beyond half of the lifetime only what is after that is used: some CAs suggest the
 * whole life of a certificate that lives for less than days (Pebble), and a lineage whose place is at the beginning
 * would be renewed again and again.
 */
export function renewWithin(
  { start, end }: RenewalWindow,
  {
    lineageId,
    validity,
    now,
  }: { readonly lineageId: string; readonly validity: Validity; readonly now: Instant },
): Instant {
  const halfway = Math.ceil((validity.notBefore + validity.notAfter) / 2);
  const from = end > halfway ? Math.max(start, halfway) : start;
  const chosen = from + Math.floor((end - from) * chosenFrom * stableFraction(lineageId));
  return instant(Math.max(now, Math.min(chosen, Math.floor(emergencyAt(validity)))));
}

/** Whether an order made now is inside, as Boulder has it: from `start` on, and before `end`. */
export const isInWindow = ({ start, end }: RenewalWindow, now: Instant): boolean => start <= now && now < end;

/** What is known of a certificate's window. */
export interface KnownWindow {
  readonly window: RenewalWindow;
  /** Whether it says that the certificate should have been renewed already. */
  readonly urgent: boolean;
}

/**
 * What a window that was just told says beyond the one before it.
 *
 * `urgent` is how a CA announces that it revokes: it moves the window into the past. A window that was told before it
 * went by is none of these, however late the renewal is: what failed or waited is tried again as it was.
 *
 * @param before what was told the last time; null: this is the first.
 */
export function judgeWindow(
  window: RenewalWindow,
  {
    before,
    validity,
    now,
  }: { readonly before: KnownWindow | null; readonly validity: Validity; readonly now: Instant },
): { readonly isMoved: boolean; readonly urgent: boolean } {
  const isMoved = before !== null && !isSame(before.window, window);
  if (window.end > now) return { isMoved, urgent: false };
  if (before === null)
    return { isMoved, urgent: window.end < renewAt(validity.notBefore, validity.notAfter) };
  return { isMoved, urgent: before.urgent || isMoved };
}

const isSame = (a: RenewalWindow, b: RenewalWindow): boolean => a.start === b.start && a.end === b.end;
