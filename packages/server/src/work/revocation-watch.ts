/**
 * Tells the CAs of certificates that are to be revoked, as long as the process runs: first those whose successors are
 * served by now are found, then they are revoked at the CA's pace. Any number of processes do: each takes what is due and
 * nobody else has. Doing it twice does no harm, so a crash between the CA's answer and the commit is mended by another try.
 */
import {
  after,
  type Duration,
  type Instant,
  instant,
  milliseconds,
  minutes,
  seconds,
} from "@certmill/domain";
import type { RevocationAnswer } from "../effects/revoke-certificate.ts";
import {
  type ClaimedRevocation,
  claimRevocations,
  nextRevocationAt,
  type RevocationEnd,
  releaseServed,
  storeRevocation,
} from "../store/revocations.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

export interface RevocationWatchOptions extends WatchBase {
  /** @throws the signal's reason; what cannot be blamed on the CA or the network. */
  readonly revoke: (revocation: ClaimedRevocation, signal: AbortSignal) => Promise<RevocationAnswer>;
  /** What a mass replacement has revoked comes without a ring: the database is asked this often. */
  readonly pollEvery: Duration;
  readonly onEnded: (revocation: ClaimedRevocation, end: RevocationEnd) => void;
}

const lookedAtOnce = 1_000;
/** Those of ten seconds at Let's Encrypt's pace. */
const batch = 100;
const atOnce = 8;
const lease = minutes(10);
const shortestWait = seconds(1);
const firstRetry = minutes(1);
const longestRetry = minutes(60);
/** A CA that is in trouble is told for two days. */
const mostFailures = 50;

export const watchRevocations = (options: RevocationWatchOptions): Rounds =>
  new Rounds({
    clock: options.clock,
    round: ({ signal }) => revokeDue(options, signal),
    shortestWait,
    afterError: seconds(30),
    noMore: "Certificates are revoked no more.",
    onError: options.onError,
  });

/** @returns how long nothing will be due, in milliseconds. */
async function revokeDue(options: RevocationWatchOptions, signal: AbortSignal): Promise<number> {
  const { db, clock, pollEvery } = options;
  const now = clock.now();
  const nextAt = await nextRevocationAt(db);
  if (nextAt === null || nextAt > now)
    return nextAt === null ? pollEvery : Math.min(milliseconds(nextAt - now), pollEvery);
  const looked = await releaseServed(db, lookedAtOnce, now);
  const leaseEnd = after(now, lease);
  const claimed = await claimRevocations(db, { limit: batch, leaseEnd, now });
  const left = [...claimed];
  const runs = Array.from({ length: atOnce }, async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift())
      await revokeOne(next, { ...options, leaseEnd, signal });
  });
  // All come to their end before one's error is told: nothing goes on beside the next round.
  for (const run of await Promise.allSettled(runs)) if (run.status === "rejected") throw run.reason;
  return looked === lookedAtOnce || claimed.length === batch ? 0 : shortestWait;
}

async function revokeOne(
  revocation: ClaimedRevocation,
  {
    db,
    clock,
    revoke,
    onEnded,
    leaseEnd,
    signal,
  }: RevocationWatchOptions & { readonly leaseEnd: Instant; readonly signal: AbortSignal },
): Promise<void> {
  const answer = await revoke(revocation, signal);
  const now = clock.now();
  const end = endOf(answer, revocation.failures + 1, now);
  if (await storeRevocation(db, revocation, { end, leaseEnd, now })) onEnded(revocation, end);
}

function endOf(answer: RevocationAnswer, failures: number, now: Instant): RevocationEnd {
  switch (answer.kind) {
    case "revoked":
      return answer;
    case "refused":
      return { kind: "failed", detail: answer.detail };
    case "not-told":
      return { kind: "later", retryAt: answer.retryAt, detail: null };
    case "trouble": {
      if (failures >= mostFailures) return { kind: "failed", detail: answer.detail };
      const own = after(now, milliseconds(Math.min(firstRetry * 2 ** (failures - 1), longestRetry)));
      const asked = Math.min(answer.retryAt ?? 0, after(now, longestRetry));
      return { kind: "later", retryAt: instant(Math.max(own, asked)), detail: answer.detail };
    }
  }
}
