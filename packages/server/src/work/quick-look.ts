/**
 * Looks at the addresses and CAA records of names that are wrong, each minute: a check costs ten times as much, and an order is to start
 * within a minute of the DNS being right. It only brings the check forward; without it the check comes on its schedule.
 */
import { type Finding, minutes } from "@certmill/domain";
import { checkNow, claimQuickLook, type WatchedLineage } from "../store/check/quick-looks.ts";
import { Rounds } from "./rounds.ts";
import type { SteadyWatch } from "./watch-base.ts";

/** Whether a name may be right by now in what was wrong. It has a deadline of its own. @throws the signal's reason. */
export type SeemsMended = (fault: Finding, signal: AbortSignal) => Promise<boolean>;

export interface QuickLookOptions extends SteadyWatch {
  readonly seemsMended: SeemsMended;
}

const lookAgainAfter = minutes(1);
/** Lineages in one round: a third of a core's minute. With more, each is looked at less often. */
const mostInRound = 6_000;
const atOnce = 128;
/** Found right together, these are checked before the rest of the round is looked at. */
const batch = 16;

export const quickLook = (options: QuickLookOptions): Rounds =>
  new Rounds({
    clock: options.clock,
    round: async ({ signal }) => {
      const { clock } = options;
      const began = clock.now();
      const goesOn = await lookAtAll(options, signal);
      const rest = Math.max(0, lookAgainAfter - (clock.now() - began));
      await clock.wait(rest, signal);
      // With nobody to look at, as long as nobody rings.
      return goesOn ? 0 : options.lookEvery;
    },
    shortestWait: 0,
    afterError: lookAgainAfter,
    noMore: "Names are looked at no more.",
    onError: options.onError,
  });

/** @returns whether somebody is to be looked at again in a minute. */
async function lookAtAll(
  { db, clock, seemsMended }: QuickLookOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const request = { limit: mostInRound, every: lookAgainAfter, now: clock.now() };
  const page = await claimQuickLook(db, request);
  if (page === null || page.length === 0) return page === null;
  const left = page[Symbol.iterator]();
  const right: string[] = [];
  const tell = async (): Promise<void> => {
    const found = right.splice(0);
    if (found.length > 0) await checkNow(db, found, clock.now());
  };
  const lookOn = async (): Promise<void> => {
    for (const watched of left) {
      if (await isRight(watched, seemsMended, signal)) right.push(watched.lineageId);
      if (right.length >= batch) await tell();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lookOn));
  await tell();
  return true;
}

async function isRight(
  { faults }: WatchedLineage,
  seemsMended: SeemsMended,
  signal: AbortSignal,
): Promise<boolean> {
  if (faults.length === 0) return false;
  for (const fault of faults) if (!(await seemsMended(fault, signal))) return false;
  return true;
}
