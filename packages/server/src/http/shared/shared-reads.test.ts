import { expect, test } from "vitest";
import { SharedReads } from "./shared-reads.ts";

/** Reads that end when they are told to, and answer how many had begun. */
function slowReads() {
  const ends: (() => void)[] = [];
  const read = async (): Promise<number> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const mine = ends.push(resolve);
    await promise;
    return mine;
  };
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  return { read, ends, turn };
}

test("who asks while a read runs is answered by the next one, and all of them by the same", async () => {
  const shared = new SharedReads<number>(0);
  const { read, ends, turn } = slowReads();
  const first = shared.read("a", read);
  const later = [shared.read("a", read), shared.read("a", read)];
  const other = shared.read("b", read);
  expect(ends).toHaveLength(2);
  ends[0]?.();
  expect(await first).toBe(1);
  while (ends.length < 3) await turn();
  const last = shared.read("a", read);
  ends[1]?.();
  ends[2]?.();
  expect(await Promise.all(later)).toEqual([3, 3]);
  expect(await other).toBe(2);
  while (ends.length < 4) await turn();
  ends[3]?.();
  expect(await last).toBe(4);
});

test("a read that fails fails for those who wait for it, and not for the next", async () => {
  const shared = new SharedReads<string>(0);
  const failing = shared.read("a", () => Promise.reject(new Error("away")));
  const next = shared.read("a", async () => "here");
  await expect(failing).rejects.toThrow("away");
  expect(await next).toBe("here");
});
