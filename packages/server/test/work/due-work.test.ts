/** What is due is taken as far as there are places for it, looked for when the next is due, and given back when it is cut off. */
import { after, type Instant, milliseconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { doDueWork } from "../../src/work/due-work.ts";
import { SteppedClock } from "../stepped-clock.ts";

/** Two places, and pieces that end when a test says so. */
function begin(pieces: readonly string[], nextAt: (startedAt: Instant) => Instant | null = () => null) {
  const clock = new SteppedClock();
  const startedAt = clock.now();
  const left = [...pieces];
  const claims: { readonly at: number; readonly limit: number }[] = [];
  const returned: string[] = [];
  const errors: unknown[] = [];
  const running = new Map<string, PromiseWithResolvers<void>>();
  const rounds = doDueWork({
    clock,
    concurrency: 2,
    pollEvery: milliseconds(1_000),
    claim: async (limit) => {
      claims.push({ at: clock.now() - startedAt, limit });
      return left.splice(0, limit);
    },
    nextAt: async () => nextAt(startedAt),
    work: async (piece, signal) => {
      const ending = Promise.withResolvers<void>();
      running.set(piece, ending);
      signal.addEventListener("abort", () => ending.reject(signal.reason as Error));
      await ending.promise;
      running.delete(piece);
    },
    giveBack: async (piece) => void returned.push(piece),
    noMore: "No more.",
    onError: (error) => errors.push(error),
  });
  const pass = (duration: number): Promise<void> =>
    clock.until(clock.wait(duration, new AbortController().signal));
  return { rounds, claims, running, returned, errors, pass };
}

test("as much is taken as there are places for, and the end of a piece makes room for the next", async () => {
  const { rounds, claims, running, errors, pass } = begin(["a", "b", "c"]);
  await pass(5_000);
  expect([claims, [...running.keys()]]).toEqual([[{ at: 0, limit: 2 }], ["a", "b"]]);
  running.get("a")?.resolve();
  await pass(100);
  expect([...running.keys()]).toEqual(["b", "c"]);
  expect(claims.at(-1)).toEqual({ at: 5_000, limit: 1 });
  await rounds.stop();
  expect(errors).toEqual([]);
});

test("the next look is when the next is due, and no later than the poll", async () => {
  const { rounds, claims, pass } = begin([], (startedAt) => after(startedAt, milliseconds(300)));
  await pass(310);
  await rounds.stop();
  expect(claims.map(({ at }) => at)).toEqual([0, 300]);
  const polled = begin([], (startedAt) => after(startedAt, milliseconds(60_000)));
  await polled.pass(1_500);
  await polled.rounds.stop();
  expect(polled.claims.map(({ at }) => at)).toEqual([0, 1_000]);
});

test("what breaks is told and kept until its lease ends; what is cut off is given back and not told", async () => {
  const { rounds, running, returned, errors, pass } = begin(["broken", "cut"]);
  await pass(10);
  running.get("broken")?.reject(new Error("a fault of ours"));
  await pass(10);
  await rounds.stop();
  expect(errors).toMatchObject([{ message: "a fault of ours" }]);
  expect(returned).toEqual(["cut"]);
});
