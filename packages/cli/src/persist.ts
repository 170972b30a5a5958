import { setTimeout as pause } from "node:timers/promises";
import { ApiError, ServerUnreachable } from "@certmill/api";

interface Persistence {
  readonly signal: AbortSignal;
  /** Milliseconds after its first failure at which a call is given up. */
  readonly giveUpAfter: number;
  /** Told before each pause, in milliseconds. */
  readonly onRetry: (error: ApiError | ServerUnreachable, pause: number) => void;
}

const firstPause = 250;
const longestPause = 10_000;

/**
 * Repeats an idempotent call while its failure looks like one that passes: the server is away, busy or being
 * restarted.
 *
 * @throws what the last try threw, and any other failure at once.
 */
export async function persist<T>(call: () => Promise<T>, persistence: Persistence): Promise<T> {
  let giveUpAt: number | null = null;
  for (let tries = 0; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      if (!isPassing(error)) throw error;
      giveUpAt ??= Date.now() + persistence.giveUpAfter;
      const wait = pauseAfter(error, tries);
      if (Date.now() + wait > giveUpAt) throw error;
      persistence.onRetry(error, wait);
      await pause(wait, undefined, { signal: persistence.signal }).catch(() =>
        persistence.signal.throwIfAborted(),
      );
    }
  }
}

function isPassing(error: unknown): error is ApiError | ServerUnreachable {
  if (error instanceof ServerUnreachable) return true;
  return error instanceof ApiError && [429, 502, 503, 504].includes(error.status);
}

/** Doubles from try to try, spread over half its length so that many clients do not return together. */
function pauseAfter(error: ApiError | ServerUnreachable, tries: number): number {
  const backoff = Math.min(longestPause, firstPause * 2 ** tries) * (0.5 + Math.random() / 2);
  const asked = error instanceof ApiError ? (error.retryAfter ?? 0) * 1_000 : 0;
  return Math.max(backoff, asked);
}
