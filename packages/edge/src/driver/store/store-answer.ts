import { pause } from "../../flow/pause.ts";

/** What a store of certificates said, as far as a driver has to tell answers apart; reasons are clauses. */
export type StoreAnswer<T> =
  | { readonly kind: "answered"; readonly value: T }
  | {
      readonly kind: "refused";
      readonly status: number;
      readonly reason: string;
      /** Other writers, where it is for their sake. */
      readonly owners: readonly string[];
    }
  /** It has too much to do; `retryAfter` is in milliseconds. */
  | { readonly kind: "busy"; readonly reason: string; readonly retryAfter: number }
  | { readonly kind: "away"; readonly reason: string };

/** Milliseconds for one request. */
const deadline = 15_000;

/** Milliseconds for which a store that has too much to do is waited for, all waits for one answer together. */
const patience = 60_000;

/** Asks, and asks again when a store that has too much to do says; one that says longer than is waited for is away. */
export async function whileBusy<T>(
  signal: AbortSignal,
  ask: (limited: AbortSignal) => Promise<StoreAnswer<T>>,
): Promise<Exclude<StoreAnswer<T>, { kind: "busy" }>> {
  const giveUpAt = Date.now() + patience;
  for (;;) {
    if (signal.aborted) return { kind: "away", reason: "the agent was told to stop" };
    const answer = await ask(AbortSignal.any([signal, AbortSignal.timeout(deadline)]));
    if (answer.kind !== "busy") return answer;
    if (Date.now() + answer.retryAfter > giveUpAt) return { kind: "away", reason: answer.reason };
    await pause(answer.retryAfter, signal);
  }
}

/** Milliseconds, of a header Retry-After; a second where it says nothing, or a date. */
export const retryAfter = (header: string | undefined): number =>
  header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1_000 : 1_000;
