import { instant } from "@certmill/domain";
import { expect, test } from "vitest";
import { Bell } from "../../src/work/bell.ts";

/** Waits end when a test says so; which are under way, in milliseconds. */
function heldClock() {
  const waits: { readonly duration: number; readonly end: () => void }[] = [];
  let now = 0;
  const wait = (duration: number, signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = () => {
      waits.splice(waits.indexOf(entry), 1);
      resolve();
    };
    const entry = {
      duration,
      end: () => {
        now += duration;
        stop();
      },
    };
    waits.push(entry);
    signal.addEventListener("abort", stop);
    return promise;
  };
  const pass = (duration: number): void => {
    now += duration;
  };
  return { waits, pass, clock: { now: () => instant(now), wait } };
}

const notStopped = new AbortController().signal;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

const durations = ({ waits }: ReturnType<typeof heldClock>): readonly number[] =>
  waits.map(({ duration }) => duration);

test("it is one wait, as long as nobody rings", async () => {
  const held = heldClock();
  const bell = new Bell(held.clock);
  const waiting = bell.wait(20, 1_000, notStopped);
  expect(durations(held)).toEqual([1_000]);
  held.waits[0]?.end();
  await waiting;
  const least = bell.wait(20, 0, notStopped);
  expect(durations(held)).toEqual([20]);
  held.waits[0]?.end();
  await least;
});

test("a ring ends the wait, and so does the signal; neither leaves another behind", async () => {
  const held = heldClock();
  const bell = new Bell(held.clock);
  const stop = new AbortController();
  for (const end of [() => bell.ring(), () => stop.abort()]) {
    const waiting = bell.wait(20, 1_000, stop.signal);
    held.pass(20);
    end();
    await waiting;
    expect(held.waits).toEqual([]);
  }
});

test("a ring before the wait, or within its least, is kept until then; many are one", async () => {
  const held = heldClock();
  const bell = new Bell(held.clock);
  for (const when of ["before", "within"]) {
    if (when === "before") for (let ring = 0; ring < 3; ring++) bell.ring();
    const waiting = bell.wait(20, 1_000, notStopped);
    if (when === "within") {
      held.pass(5);
      for (let ring = 0; ring < 3; ring++) bell.ring();
    }
    await settle();
    expect(durations(held)).toEqual([when === "within" ? 15 : 20]);
    held.waits[0]?.end();
    await waiting;
  }
  const waiting = bell.wait(20, 1_000, notStopped);
  expect(durations(held)).toEqual([1_000]);
  held.waits[0]?.end();
  await waiting;
});

test("it rings by itself at the soonest instant that it was told, once, and not before the least", async () => {
  const held = heldClock();
  const bell = new Bell(held.clock);
  const waiting = bell.wait(20, 1_000, notStopped);
  for (const at of [500, 300, 400]) bell.ringAt(instant(at));
  await settle();
  expect(durations(held)).toEqual([300]);
  bell.ringAt(instant(50));
  await settle();
  expect(durations(held)).toEqual([50]);
  bell.ringAt(instant(10));
  await settle();
  expect(durations(held)).toEqual([20]);
  held.waits[0]?.end();
  await waiting;
  const next = bell.wait(20, 1_000, notStopped);
  expect(durations(held)).toEqual([1_000]);
  held.waits[0]?.end();
  await next;
});
