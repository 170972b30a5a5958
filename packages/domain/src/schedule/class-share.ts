/**
 * How the classes share one limit. A class may take every token but those that are kept for the classes above it, so
 * whoever is above starts at once; and each class has a rate of its own that it may take even out of what is kept, so
 * none starves. What one class does not use is there for all: lent by the tokens that are not there, and back with
 * the next that refill.
 */
import { type Bucket, type Reservation, reserve } from "../budget/bucket.ts";
import { type Limit, refillTime } from "../budget/limit.ts";
import { type Instant, instant } from "../time/instant.ts";
import type { WorkClass } from "./work-class.ts";

/**
 * Of a limit's burst: what is kept for the classes above. Emergencies leave a customer's, too: a million certificates
 * that are to be replaced at another CA would else take every order for months.
 */
const keptShare: Readonly<Record<WorkClass, number>> = {
  emergency: 0.002,
  interactive: 0.002,
  renewal: 0.004,
  campaign: 0.012,
};

/**
 * Of a small limit, too, a campaign leaves something for who comes next, or a customer waits for a refill with it; and
 * customers leave the one token that a class below may take at its own rate.
 */
const leastKept: Readonly<Record<WorkClass, number>> = {
  emergency: 1,
  interactive: 1,
  renewal: 2,
  campaign: 4,
};

/** Of a limit's rate: what a class may take from what is kept for others. Together less than 1. */
export const ownShare: Readonly<Record<WorkClass, number>> = {
  emergency: 0.3,
  interactive: 0.3,
  renewal: 0.2,
  campaign: 0.1,
};

/** Limits of a few tokens keep nothing: they are for one customer, whose turn is decided elsewhere. */
const leastBurstToKeep = 10;

/** Tokens that `workClass` has to leave. */
export const floorOf = ({ burst }: Limit, workClass: WorkClass): number =>
  burst < leastBurstToKeep ? 0 : Math.max(leastKept[workClass], Math.floor(burst * keptShare[workClass]));

/** When each class may next take from what is kept for others; absent: now. */
export type ClassTurns = Readonly<Partial<Record<WorkClass, number>>>;

export type SharedReservation =
  | { readonly kind: "reserved"; readonly bucket: Bucket; readonly turns: ClassTurns }
  | { readonly kind: "refused"; readonly retryAt: Instant };

/** Reserves one token for a piece of work of `workClass`. */
export function reserveShared(
  limit: Limit,
  { bucket, turns }: { readonly bucket: Bucket; readonly turns: ClassTurns },
  workClass: WorkClass,
  now: Instant,
): SharedReservation {
  const taken = (reservation: Extract<Reservation, { kind: "reserved" }>): SharedReservation => ({
    kind: "reserved",
    bucket: reservation.bucket,
    turns: { ...turns, [workClass]: now + refillTime(limit) / ownShare[workClass] },
  });
  const aboveFloor = reserve(limit, bucket, now, floorOf(limit, workClass));
  if (aboveFloor.kind === "reserved") return taken(aboveFloor);
  const any = reserve(limit, bucket, now);
  const ownTurn = turns[workClass] ?? 0;
  if (any.kind === "reserved" && ownTurn <= now) return taken(any);
  const anyAt = any.kind === "refused" ? any.retryAt : now;
  return {
    kind: "refused",
    retryAt: instant(Math.min(aboveFloor.retryAt, Math.ceil(Math.max(anyAt, ownTurn)))),
  };
}
