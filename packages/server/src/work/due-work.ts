/** Work that is due in the database, done in rounds: any number of processes do, and each takes what nobody else has. */
import { type Duration, type Instant, milliseconds } from "@certmill/domain";
import { Rounds, type RoundsOptions } from "./rounds.ts";

export interface DueWork<Claimed> extends Pick<RoundsOptions, "clock" | "noMore" | "onError"> {
  /** Pieces side by side in this process. */
  readonly concurrency: number;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  /** Takes up to `limit` pieces, for the length of a lease. */
  readonly claim: (limit: number) => Promise<readonly Claimed[]>;
  /** When the next is due, the past included; null: none is owed. */
  readonly nextAt: () => Promise<Instant | null>;
  /** Does a piece, well within its lease. What breaks it is told, and the lease ends it. @throws the signal's reason. */
  readonly work: (claimed: Claimed, signal: AbortSignal) => Promise<void>;
  /** Lets another process have a piece that was cut off by `stop` at once, instead of after the lease. */
  readonly giveBack: (claimed: Claimed) => Promise<void>;
}

/** So that work that comes due together is claimed together, in milliseconds. */
const shortestWait = 20;
/** In milliseconds. */
const afterError = 1_000;

/** It begins at once. A ring says that something may be due. */
export const doDueWork = <Claimed>(due: DueWork<Claimed>): Rounds =>
  new Rounds({
    clock: due.clock,
    round: (rounds) => fillPlaces(due, rounds),
    shortestWait,
    afterError,
    noMore: due.noMore,
    onError: due.onError,
  });

/** @returns how long to wait for the next round, in milliseconds. */
async function fillPlaces<Claimed>(due: DueWork<Claimed>, rounds: Rounds): Promise<number> {
  const { clock, concurrency, pollEvery, claim, nextAt } = due;
  const free = concurrency - rounds.underway;
  // The end of each piece wakes the rounds.
  if (free <= 0) return pollEvery;
  const claimed = await claim(free);
  for (const piece of claimed) rounds.begin(doPiece(due, piece, rounds.signal));
  if (claimed.length === free) return pollEvery;
  const next = await nextAt();
  return next === null ? pollEvery : Math.min(milliseconds(next - clock.now()), pollEvery);
}

async function doPiece<Claimed>(
  { work, giveBack, onError }: DueWork<Claimed>,
  piece: Claimed,
  signal: AbortSignal,
): Promise<void> {
  try {
    await work(piece, signal);
  } catch (error) {
    if (!signal.aborted) onError(error);
    else await giveBack(piece).catch(onError);
  }
}
