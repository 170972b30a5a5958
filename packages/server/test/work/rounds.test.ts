import { after, type Instant, milliseconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { Rounds, roundsEvery } from "../../src/work/rounds.ts";
import { SteppedClock } from "../stepped-clock.ts";

interface Round {
  readonly rounds: Rounds;
  /** From 1. */
  readonly count: number;
  readonly now: Instant;
}

/** Rounds on a clock that a test steps; when each began, since the start, and what was told. */
function watched(round: (round: Round) => Promise<number>) {
  const clock = new SteppedClock();
  const startedAt = clock.now();
  const began: number[] = [];
  const errors: unknown[] = [];
  const rounds = new Rounds({
    clock,
    round: (self) => {
      began.push(clock.now() - startedAt);
      return round({ rounds: self, count: began.length, now: clock.now() });
    },
    shortestWait: 20,
    afterError: 500,
    noMore: "No more.",
    onError: (error) => errors.push(error),
  });
  const pass = (duration: number): Promise<void> =>
    clock.until(clock.wait(duration, new AbortController().signal));
  return { clock, rounds, began, errors, pass };
}

test("a round comes as long after another as that one says, an error is told and waited for", async () => {
  const broken = new Error("broken");
  const { rounds, began, errors, pass } = watched(async ({ count }) => {
    if (count === 2) throw broken;
    return count === 1 ? 100 : 1_000;
  });
  await pass(2_000);
  await rounds.stop();
  expect(began).toEqual([0, 100, 600, 1_600]);
  expect(errors).toEqual([broken]);
});

test("a ring brings a round, no sooner than the shortest wait", async () => {
  const { rounds, began, pass } = watched(async () => 1_000);
  rounds.wake();
  await pass(200);
  rounds.wake();
  await pass(200);
  await rounds.stop();
  expect(began).toEqual([0, 20, 200]);
});

test("what was begun wakes the rounds at its end, or when it says, and is waited for at the stop", async () => {
  const works = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { clock, rounds, began, pass } = watched(async ({ rounds: self, count, now }) => {
    const work = works[count - 1];
    if (count === 1) self.begin(Promise.resolve(after(now, milliseconds(50))));
    if (work !== undefined) self.begin(work.promise);
    return 1_000;
  });
  await pass(100);
  expect([began, rounds.underway]).toEqual([[0, 50], 2]);
  works[0]?.resolve();
  await pass(100);
  expect([began, rounds.underway]).toEqual([[0, 50, 100], 1]);
  let isOver = false;
  const stopped = rounds.stop().then(() => {
    isOver = true;
  });
  await clock.idle();
  expect([isOver, rounds.signal.reason]).toEqual([false, new Error("No more.")]);
  works[1]?.resolve();
  await stopped;
  expect(began.length).toBe(3);
});

test("stopping ends a wait at once, and what a round cut off says is told nobody", async () => {
  const clock = new SteppedClock();
  const options = { clock, noMore: "No more.", onError: () => expect.unreachable() };
  const waiting = roundsEvery(milliseconds(60_000), { ...options, round: async () => {} });
  const cutOff = roundsEvery(milliseconds(60_000), {
    ...options,
    round: async (signal) => {
      await clock.wait(30_000, signal);
      signal.throwIfAborted();
    },
  });
  await clock.idle();
  const before = clock.now();
  await Promise.all([waiting.stop(), cutOff.stop()]);
  expect(clock.now()).toBe(before);
});
