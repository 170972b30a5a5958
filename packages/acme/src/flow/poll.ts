import type { Retrieved } from "../client/retrieved.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { type Clock, systemClock } from "./clock.ts";

/** How long, and how often, an object of the CA is asked for. Times in milliseconds. */
export interface Polling {
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Ends the waiting with its reason. */
  readonly signal?: AbortSignal;
  /** For all of it, from the first request on. Default 10 minutes. */
  readonly deadline?: number;
  /** The least pause, whatever the CA says; the first pause when it says nothing. Default 1 second. */
  readonly leastPause?: number;
  /** The longest pause, whatever the CA says: some say a day and mean seconds. Default 30 seconds. */
  readonly mostPause?: number;
}

const DEFAULT_DEADLINE = 600_000;

/** Without a word of the CA, each pause is this many times the one before. */
const GROWTH = 1.5;

/**
 * Asks for an object until it is done, in the rhythm of the CA's `Retry-After`, kept between the least and the
 * most pause. A fault that may pass (no answer, HTTP 5xx, a rate limit) is not the end: the next look is.
 *
 * The last look is at the deadline itself; a request under way then is not cut off.
 *
 * @param read one request, such as `client.order(url)`.
 * @throws AcmeError `deadline` when it is not done in time, with the last fault as its cause; what `read` throws
 *   and no waiting can mend; the signal's reason.
 */
export async function poll<T>(
  read: (signal: AbortSignal | undefined) => Promise<Retrieved<T>>,
  isDone: (resource: T) => boolean,
  polling: Polling = {},
): Promise<Retrieved<T>> {
  const {
    clock = systemClock,
    signal,
    deadline = DEFAULT_DEADLINE,
    leastPause = 1_000,
    mostPause = 30_000,
  } = polling;
  const end = clock.now() + deadline;
  let usual = leastPause;
  for (;;) {
    signal?.throwIfAborted();
    const look = await lookOnce(read, signal);
    if (look.fault === null && isDone(look.seen.resource)) return look.seen;
    const now = clock.now();
    if (now >= end) throw new AcmeError("deadline", `not done within ${deadline} ms`, { cause: look.fault });
    const wanted = look.retryAt === null ? usual : look.retryAt - now;
    const pause = Math.min(Math.max(wanted, leastPause), Math.max(mostPause, leastPause), end - now);
    usual = Math.min(usual * GROWTH, mostPause);
    await clock.sleep(pause, signal);
  }
}

/** For flows of several polls: each call gives what is left of one deadline, counted from now. */
export function sharedDeadline(polling: Polling): () => Polling {
  const { clock = systemClock, deadline = DEFAULT_DEADLINE } = polling;
  const end = clock.now() + deadline;
  return () => ({ ...polling, deadline: Math.max(0, end - clock.now()) });
}

type Look<T> =
  | { readonly fault: null; readonly seen: Retrieved<T>; readonly retryAt: number | null }
  | { readonly fault: AcmeError; readonly retryAt: number | null };

async function lookOnce<T>(
  read: (signal: AbortSignal | undefined) => Promise<Retrieved<T>>,
  signal: AbortSignal | undefined,
): Promise<Look<T>> {
  try {
    const seen = await read(signal);
    return { fault: null, seen, retryAt: seen.retryAt };
  } catch (error) {
    if (!(error instanceof AcmeError) || !mayPass(error)) throw error;
    return { fault: error, retryAt: error.problem?.retryAt ?? null };
  }
}

/** Whether the same request may well be answered later on. A pause by the CA needs a person, not time. */
function mayPass({ code, problem }: AcmeError): boolean {
  if (code === "transport") return true;
  if (problem === null) return false;
  const { throttling, status } = problem;
  return throttling === null ? (status ?? 0) >= 500 : throttling.kind !== "pause";
}
