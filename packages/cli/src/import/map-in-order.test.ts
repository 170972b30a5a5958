import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mapInOrder } from "./map-in-order.ts";

async function* each<T>(items: readonly T[]) {
  yield* items;
}

/** Ends after so many turns of the event loop. */
async function after<T>(turns: number, result: T): Promise<T> {
  for (let n = 0; n < turns; n += 1) await turn();
  return result;
}

test("results come in the items' order, however long each takes, and never too many at once", async () => {
  const property = fc.asyncProperty(
    fc.array(fc.nat(5)),
    fc.integer({ min: 1, max: 5 }),
    async (turns, width) => {
      let running = 0;
      let most = 0;
      const results = mapInOrder(each([...turns.entries()]), width, async ([index, wait]) => {
        running += 1;
        most = Math.max(most, running);
        await after(wait, null);
        running -= 1;
        return index;
      });
      const given: number[] = [];
      for await (const result of results) given.push(result);
      expect(given).toEqual([...turns.keys()]);
      expect(most).toBeLessThanOrEqual(width);
    },
  );
  await fc.assert(property);
});

test("a failure comes at its place: all before it is given, nothing after it is begun", async () => {
  const begun: number[] = [];
  const given: number[] = [];
  const results = mapInOrder(each([0, 1, 2, 3, 4, 5]), 2, async (item) => {
    begun.push(item);
    await after(item === 1 ? 3 : 0, null);
    if (item === 1) throw new Error("no");
    return item;
  });
  const consume = async () => {
    for await (const item of results) given.push(item);
  };
  await expect(consume()).rejects.toThrow("no");
  expect(given).toEqual([0]);
  expect(begun).toEqual([0, 1, 2]);
});
