import { afterAll, expect, test } from "vitest";
import { ChildAgent } from "./support/child-agent.ts";
import { CrashScenario, type Starter } from "./support/crash-scenario.ts";
import { Mortal } from "./support/mortal.ts";
import { runAgent } from "./support/running-agent.ts";
import { TestCa } from "./support/test-ca.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());
const scenario = new CrashScenario(ca);

const living: Starter = async (server, directory) => {
  const running = await runAgent(server, directory);
  return { isDead: () => false, [Symbol.asyncDispose]: () => running.stop() };
};

/** An agent in this process that is gone at its n-th call. */
const dyingAt =
  (mortal: Mortal): Starter =>
  async (server, directory) => {
    const started = mortal.run(() => runAgent(server, directory));
    return {
      isDead: () => mortal.isDead,
      [Symbol.asyncDispose]: async () => {
        // It may die while it stops.
        await Promise.race([started.then((running) => running.stop()), mortal.death]);
        await mortal[Symbol.asyncDispose]();
      },
    };
  };

/** An agent in a process that kills itself at its n-th call. */
const killedAt =
  (call: number): Starter =>
  async (server, directory) => {
    const hook = new URL(`support/die-at.ts?call=${call}`, import.meta.url).href;
    const child = new ChildAgent(server, directory, { nodeOptions: ["--import", hook] });
    return { isDead: () => child.hasEnded, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
  };

/** Runs so many at a time. */
async function inLanes<T>(
  lanes: number,
  items: Iterable<T>,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const remaining = Iterator.from(items);
  const lane = async () => {
    for (const item of remaining) await task(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

async function undisturbed() {
  const counting = new Mortal(null);
  const { end, retrieved } = await scenario.run([dyingAt(counting)]);
  expect(end.served).toEqual(["11", "12", "21", "31"]);
  expect(retrieved.toSorted()).toEqual(["11", "12", "21", "31"]);
  return { end, calls: counting.calls };
}

test("dead at any file operation or request and started again, it comes to the same end", async () => {
  const { end, calls } = await undisturbed();
  expect(calls).toBeGreaterThan(50);
  await inLanes(4, upTo(calls), async (call) => {
    const run = await scenario.run([dyingAt(new Mortal(call)), living]);
    expect(run.end, `dead at call ${call}`).toEqual(end);
    // A key is fetched twice only if it was not on disk yet; up to three were under way.
    expect(run.retrieved.length, `dead at call ${call}`).toBeLessThanOrEqual(7);
  });
}, 120_000);

test("dead twice", async () => {
  const { end, calls } = await undisturbed();
  const pairs = upTo(calls).filter((call) => call % 9 === 0);
  await inLanes(4, pairs, async (call) => {
    const run = await scenario.run([
      dyingAt(new Mortal(call)),
      dyingAt(new Mortal((call * 7) % calls)),
      living,
    ]);
    expect(run.end, `dead at call ${call}, then at call ${(call * 7) % calls}`).toEqual(end);
  });
}, 120_000);

test("the same with real processes and SIGKILL, at calls all over its life", async () => {
  const { end, calls } = await undisturbed();
  const spread = upTo(10).map((i) => Math.ceil((i * calls) / 11));
  await inLanes(2, spread, async (call) => {
    const run = await scenario.run([killedAt(call), living]);
    expect(run.end, `killed at call ${call}`).toEqual(end);
  });
}, 120_000);
