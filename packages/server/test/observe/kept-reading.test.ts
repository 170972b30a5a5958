import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { keptReading } from "../../src/observe/kept-reading.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

test("however many ask, it is read once in ten seconds", async () => {
  let readings = 0;
  const read = keptReading(async () => ++readings);
  expect(await Promise.all(Array.from({ length: 50 }, read))).toEqual(Array.from({ length: 50 }, () => 1));
  await vi.advanceTimersByTimeAsync(9_999);
  expect(await read()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await read()).toBe(2);
});

test("what took long to read is kept for twenty times as long", async () => {
  let readings = 0;
  const read = keptReading(async () => {
    await wait(2_000);
    return ++readings;
  });
  const first = read();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await first).toBe(1);
  await vi.advanceTimersByTimeAsync(39_999);
  expect(await read()).toBe(1);
});

test("a database that hangs holds up nobody for longer than five seconds, and is not asked twice at once", async () => {
  let readings = 0;
  const read = keptReading(async () => {
    readings += 1;
    await wait(60_000);
    return "late";
  });
  const asked = [read(), read()];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await Promise.all(asked)).toEqual([null, null]);
  const again = read();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(await again).toBeNull();
  expect(readings).toBe(1);
  await vi.advanceTimersByTimeAsync(50_000);
  expect(await read()).toBe("late");
});

test("a failure is told as nothing, and not kept", async () => {
  const answers = [Promise.reject(new Error("The database is away.")), Promise.resolve("here")];
  const read = keptReading(() => answers.shift() ?? Promise.reject(new Error("asked too often")));
  expect(await read()).toBeNull();
  expect(await read()).toBe("here");
});
