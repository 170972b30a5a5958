import { setTimeout as sleep } from "node:timers/promises";

/** What a store of certificates said, as far as answers have to be told apart; reasons are clauses. */
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

/** How long a store is waited for, in milliseconds. */
export interface Patience {
  /** For one request. */
  readonly deadline: number;
  /** While it has too much to do, all waits for one answer together. */
  readonly busy: number;
}

/** Of an agent, which has nothing else to do with the certificate. */
export const agentPatience: Patience = { deadline: 15_000, busy: 60_000 };

/** Whoever asked wants no answer any more. */
export const stopped = { kind: "away", reason: "it was told to stop" } as const;

/** Asks, and asks again when a store that has too much to do says; one that says longer than is waited for is away. */
export async function whileBusy<T>(
  { deadline, busy }: Patience,
  signal: AbortSignal,
  ask: (limited: AbortSignal) => Promise<StoreAnswer<T>>,
): Promise<Exclude<StoreAnswer<T>, { kind: "busy" }>> {
  const giveUpAt = Date.now() + busy;
  for (;;) {
    if (signal.aborted) return stopped;
    const answer = await ask(AbortSignal.any([signal, AbortSignal.timeout(deadline)]));
    if (answer.kind !== "busy") return answer;
    if (Date.now() + answer.retryAfter > giveUpAt) return { kind: "away", reason: answer.reason };
    await sleep(answer.retryAfter, undefined, { signal }).catch(() => undefined);
  }
}

/** Milliseconds, of a header Retry-After; a second where it says nothing, or a date. */
export const retryAfter = (header: string | undefined): number =>
  header !== undefined && /^\d{1,5}$/.test(header) ? Number(header) * 1_000 : 1_000;
