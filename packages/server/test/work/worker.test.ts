/** The loop, over a real database; what it runs is the test's. */
import { after, milliseconds, seconds } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Clock } from "../../src/clock.ts";
import { type ClaimedIssuance, claimIssuances } from "../../src/store/claim-issuances.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { Worker, type WorkerOptions } from "../../src/work/worker.ts";
import { interceptedDb } from "../intercepted-db.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, lease, start, startFleet } from "../store/fleet.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

/** Time stands still: short waits are over at once, long ones when something ends them. */
const stillClock: Clock = {
  now: () => start,
  wait: async (duration, signal) => {
    if (duration <= 20 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
  },
};

const numbered = (count: number) =>
  Array.from({ length: count }, (_, index): [string] => [`n${index}.example.com`]);

const give = async (fleet: Fleet, issuance: ClaimedIssuance): Promise<null> => {
  const rest = { cause: "dns", detail: "", retryAt: null, events: [], ledger: [], now: start } as const;
  expect(await commitAbandoned(fleet.db, issuance, rest)).toBe(true);
  return null;
};

function startWorker(fleet: Fleet, options: Partial<WorkerOptions>) {
  const errors: { error: unknown; name: string | undefined }[] = [];
  const worker = new Worker({
    db: fleet.db,
    clock: stillClock,
    concurrency: 10,
    lease,
    pollEvery: seconds(1),
    run: (issuance) => give(fleet, issuance),
    onNews: () => {},
    onError: (error, issuance) => errors.push({ error, name: issuance?.names[0] }),
    ...options,
  });
  worker.start();
  return { worker, errors };
}

test("it runs all that is due, never more at once than it may", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(25));
  const all = Promise.withResolvers<void>();
  const ran: string[] = [];
  const running = { now: 0, most: 0 };
  const { worker, errors } = startWorker(fleet, {
    concurrency: 4,
    run: async (issuance) => {
      running.now += 1;
      running.most = Math.max(running.most, running.now);
      await give(fleet, issuance);
      running.now -= 1;
      if (ran.push(issuance.id) === 25) all.resolve();
      return null;
    },
  });
  await all.promise;
  await worker.stop(5_000);
  expect(new Set(ran).size).toBe(25);
  expect(running.most).toBe(4);
  expect([worker.busy, worker.lastRoundAt, errors]).toEqual([0, start, []]);
});

test("where a campaign's orders wait in all places that they may have, a customer's is begun", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(20));
  await planRound(fleet.db, { limit: 20, now: start, checkFirst: false, beginTrace: () => null });
  await fleet.db.updateTable("issuance").set({ class: "campaign" }).execute();
  const [crowded, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const customers = Promise.withResolvers<number>();
  let waiting = 0;
  const { worker } = startWorker(fleet, {
    concurrency: 8,
    run: async (issuance) => {
      if (issuance.workClass === "interactive") customers.resolve(waiting);
      else {
        waiting += 1;
        if (waiting === 7) crowded.resolve();
        await goOn.promise;
      }
      return await give(fleet, issuance);
    },
  });
  await crowded.promise;
  await fleet.database.listen("certmill_work", () => worker.wake());
  await fleet.add([["customer.example.com"]]);
  expect(await customers.promise).toBe(7);
  goOn.resolve();
  await worker.stop(5_000);
});

test("idle, it is woken by what the adding of a domain says", async () => {
  await using fleet = await startFleet(postgres);
  const ran = Promise.withResolvers<string | undefined>();
  const { worker } = startWorker(fleet, {
    run: async (issuance) => {
      await give(fleet, issuance);
      ran.resolve(issuance.names[0]);
      return null;
    },
  });
  await fleet.database.listen("certmill_work", () => worker.wake());
  await fleet.add([["late.example.com"]]);
  expect(await ran.promise).toBe("late.example.com");
  await worker.stop(5_000);
});

test("stopping, it claims nothing more and waits for what runs", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(2));
  const [begun, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let ran = 0;
  const { worker } = startWorker(fleet, {
    concurrency: 1,
    run: async (issuance, signal) => {
      begun.resolve();
      await goOn.promise;
      expect(signal.aborted).toBe(false);
      await give(fleet, issuance);
      ran += 1;
      return null;
    },
  });
  await begun.promise;
  const stopped = worker.stop(60_000);
  goOn.resolve();
  await stopped;
  expect(ran).toBe(1);
  await worker.stop(0);
});

test("what does not end in time is cut off and given back: another takes it up at once", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(3));
  const begun = Promise.withResolvers<void>();
  let running = 0;
  const { worker, errors } = startWorker(fleet, {
    run: async (_, signal) => {
      running += 1;
      if (running === 3) begun.resolve();
      const { promise, reject } = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => reject(signal.reason));
      return await promise;
    },
  });
  await begun.promise;
  expect(await claimIssuances(fleet.db, { limit: 10, lease, now: start })).toEqual([]);
  await worker.stop(0);
  expect(errors).toEqual([]);
  expect(await claimIssuances(fleet.db, { limit: 10, lease, now: start })).toHaveLength(3);
});

test("an issuance that breaks is told and stays hidden until its lease ends; the others go on", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(3));
  const others = Promise.withResolvers<void>();
  let good = 0;
  const { worker, errors } = startWorker(fleet, {
    run: async (issuance) => {
      if (issuance.names[0] === "n1.example.com") throw new Error("broken");
      await give(fleet, issuance);
      good += 1;
      if (good === 2) others.resolve();
      return null;
    },
  });
  await others.promise;
  await worker.stop(5_000);
  expect(errors).toEqual([{ error: new Error("broken"), name: "n1.example.com" }]);
  const claim = (now: typeof start) => claimIssuances(fleet.db, { limit: 10, lease, now });
  expect(await claim(after(start, milliseconds(lease - 1)))).toEqual([]);
  expect((await claim(after(start, lease))).map(({ names }) => names[0])).toEqual(["n1.example.com"]);
});

test("a database that is away is told, waited for, and worked on when it is back", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add(numbered(1));
  let away = 3;
  const db = interceptedDb(fleet.db, (query, run) => {
    away -= 1;
    if (away >= 0) throw new Error("away");
    return run(query);
  });
  const ran = Promise.withResolvers<void>();
  const { worker, errors } = startWorker(fleet, {
    db,
    clock: { ...stillClock, wait: async () => {} },
    run: async (issuance) => {
      await give(fleet, issuance);
      ran.resolve();
      return null;
    },
  });
  await ran.promise;
  await worker.stop(5_000);
  expect(errors).toEqual(Array.from({ length: 3 }, () => ({ error: new Error("away"), name: undefined })));
});
