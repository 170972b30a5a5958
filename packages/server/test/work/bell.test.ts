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
  return { waits, clock: { now: () => instant(now), wait } };
}

const notStopped = new AbortController().signal;

const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test("a wait is the least in any case, then as long as nobody rings", async () => {
  const { waits, clock } = heldClock();
  const bell = new Bell(clock);
  const waiting = bell.wait(20, 1_000, notStopped);
  expect(waits.map(({ duration }) => duration)).toEqual([20]);
  waits[0]?.end();
  await settle();
  expect(waits.map(({ duration }) => duration)).toEqual([980]);
  waits[0]?.end();
  await waiting;
});

test("a ring ends the wait, and leaves no other behind", async () => {
  const { waits, clock } = heldClock();
  const bell = new Bell(clock);
  const waiting = bell.wait(20, 1_000, notStopped);
  waits[0]?.end();
  await settle();
  bell.ring();
  await waiting;
  expect(waits).toEqual([]);
});

test("a ring before the wait, or within its least, is kept; many are one", async () => {
  const { waits, clock } = heldClock();
  const bell = new Bell(clock);
  for (const when of ["before", "within"]) {
    if (when === "before") for (let ring = 0; ring < 3; ring++) bell.ring();
    const waiting = bell.wait(20, 1_000, notStopped);
    if (when === "within") bell.ring();
    expect(waits.map(({ duration }) => duration)).toEqual([20]);
    waits[0]?.end();
    await waiting;
  }
  const waiting = bell.wait(20, 1_000, notStopped);
  waits[0]?.end();
  await settle();
  expect(waits.map(({ duration }) => duration)).toEqual([980]);
  waits[0]?.end();
  await waiting;
});

test("it rings by itself at the soonest instant that it was told, once", async () => {
  const { waits, clock } = heldClock();
  const bell = new Bell(clock);
  const waiting = bell.wait(20, 1_000, notStopped);
  for (const at of [500, 300, 400]) bell.ringAt(instant(at));
  waits[0]?.end();
  await settle();
  expect(waits.map(({ duration }) => duration)).toEqual([280]);
  bell.ringAt(instant(50));
  await settle();
  expect(waits.map(({ duration }) => duration)).toEqual([30]);
  waits[0]?.end();
  await waiting;
  const next = bell.wait(20, 1_000, notStopped);
  waits[0]?.end();
  await settle();
  expect(waits.map(({ duration }) => duration)).toEqual([980]);
  waits[0]?.end();
  await next;
});
