import { expect, test } from "vitest";
import { Pacer } from "./pacer.ts";

const start = Date.UTC(2026, 10, 1);

test("who comes together goes one after the other, at the pace", () => {
  const pacer = new Pacer(50);
  const turns = Array.from({ length: 4 }, () => pacer.take(start) - start);
  expect(turns).toEqual([0, 20, 40, 60]);
});

test("who comes when nobody is waiting goes at once, and what was not used is not saved up", () => {
  const pacer = new Pacer(50);
  pacer.take(start);
  const later = start + 1_000;
  expect([pacer.take(later), pacer.take(later), pacer.take(later + 5)].map((at) => at - later)).toEqual([
    0, 20, 40,
  ]);
});

test("who need not wait any more does not", async () => {
  const pacer = new Pacer(0.001);
  const stopped = new AbortController();
  await pacer.turn(stopped.signal);
  const waiting = pacer.turn(stopped.signal);
  stopped.abort();
  await waiting;
});
