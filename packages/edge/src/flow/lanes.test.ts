import fc from "fast-check";
import { expect, test } from "vitest";
import { Bell } from "./bell.ts";
import { workInLanes } from "./lanes.ts";

const never = new AbortController().signal;

/** Lets everything that can go on go on: a look for work comes a turn after the ring. */
async function turn(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A line of numbered items, whose works end when they are told to. */
class Line {
  readonly bell = new Bell();
  readonly asked: number[] = [];
  readonly begun: number[] = [];
  readonly ended: number[] = [];
  most = 0;
  #waiting: number[] = [];
  readonly #works = new Map<number, PromiseWithResolvers<void>>();

  add(...items: readonly number[]): void {
    this.#waiting.push(...items);
    this.bell.ring();
  }

  end(item: number): void {
    this.#works.get(item)?.resolve();
  }

  fail(item: number, reason: string): void {
    this.#works.get(item)?.reject(new Error(reason));
  }

  run(lanes: number, signal: AbortSignal): Promise<void> {
    return workInLanes(
      { lanes, bell: this.bell, next: this.#next, work: (item: number) => this.#work(item) },
      signal,
    );
  }

  readonly #next = (underWay: ReadonlySet<string>, most: number) => {
    this.asked.push(underWay.size);
    const items = this.#waiting.filter((each) => !underWay.has(String(each))).slice(0, most);
    return { ready: items.map((item) => ({ id: String(item), item })), nextAt: null };
  };

  async #work(item: number): Promise<void> {
    this.begun.push(item);
    const work = Promise.withResolvers<void>();
    this.#works.set(item, work);
    this.most = Math.max(this.most, this.begun.length - this.ended.length);
    try {
      await work.promise;
      // It stays in the line until it is done: an item under way must not be given out again.
      this.#waiting = this.#waiting.filter((each) => each !== item);
    } finally {
      this.ended.push(item);
    }
  }
}

test("whatever comes and ends when, all is worked on once, in order, never more at once than there are lanes", async () => {
  const lanes = fc.integer({ min: 1, max: 5 });
  // Each number ends that one of the works under way; 0 adds an item.
  const steps = fc.array(fc.nat({ max: 6 }), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(lanes, steps, async (most, choices) => {
      const line = new Line();
      const stop = new AbortController();
      const running = line.run(most, stop.signal);
      let added = 0;
      const underWay = () => line.begun.filter((item) => !line.ended.includes(item));
      for (const choice of choices) {
        if (choice === 0) line.add((added += 1));
        else line.end(underWay().at((choice - 1) % Math.max(1, underWay().length)) ?? 0);
        await turn();
        expect(underWay().length).toBe(Math.min(most, added - line.ended.length));
      }
      while (line.ended.length < added) {
        for (const item of underWay()) line.end(item);
        await turn();
      }
      stop.abort();
      await running;
      expect(line.begun).toEqual(Array.from({ length: added }, (_, i) => i + 1));
      expect(line.most).toBeLessThanOrEqual(most);
    }),
    { numRuns: 60 },
  );
});

test("a ring is looked at once, however many lanes are idle, and not at all while none is", async () => {
  const line = new Line();
  const stop = new AbortController();
  const running = line.run(64, stop.signal);
  await turn();
  expect(line.asked).toHaveLength(1);
  for (let i = 0; i < 3; i += 1) line.bell.ring();
  await turn();
  expect(line.asked).toHaveLength(2);
  line.add(...Array.from({ length: 64 }, (_, i) => i));
  await turn();
  const looks = line.asked.length;
  line.bell.ring();
  await turn();
  expect(line.begun).toHaveLength(64);
  expect(line.asked).toHaveLength(looks);
  stop.abort();
  for (const item of line.begun) line.end(item);
  await running;
});

test("what is due later is looked for at that instant, without a ring", async () => {
  const done = Promise.withResolvers<void>();
  const stop = new AbortController();
  const dueAt = Date.now() + 20;
  let looks = 0;
  const next = () => {
    looks += 1;
    return { ready: Date.now() < dueAt ? [] : [{ id: "a", item: "a" }], nextAt: dueAt };
  };
  const work = async () => {
    stop.abort();
    done.resolve();
  };
  const running = workInLanes({ lanes: 2, bell: new Bell(), next, work }, stop.signal);
  await done.promise;
  await running;
  expect(Date.now()).toBeGreaterThanOrEqual(dueAt);
  expect(looks).toBeLessThan(10);
});

test("after the signal nothing is begun, and what is under way is finished", async () => {
  const line = new Line();
  const stop = new AbortController();
  let isOver = false;
  const running = line.run(2, stop.signal).then(() => {
    isOver = true;
  });
  line.add(1, 2, 3);
  await turn();
  stop.abort();
  line.end(1);
  await turn();
  expect(isOver).toBe(false);
  line.end(2);
  await running;
  expect(line.begun).toEqual([1, 2]);
});

test("the first failure is thrown when the others have ended, and nothing is begun after it", async () => {
  const line = new Line();
  line.add(1, 2, 3);
  const running = line.run(2, never);
  const outcome = running.catch((error: Error) => error.message);
  await turn();
  line.fail(1, "one");
  await turn();
  line.fail(2, "two");
  expect(await outcome).toBe("one");
  expect(line.begun).toEqual([1, 2]);
});

test("a work that throws before it waits for anything is a failure like others", async () => {
  const work = (): Promise<void> => {
    throw new Error("at once");
  };
  const running = workInLanes(
    { lanes: 2, bell: new Bell(), next: () => ({ ready: [{ id: "a", item: 1 }], nextAt: null }), work },
    never,
  );
  await expect(running).rejects.toThrow("at once");
});
