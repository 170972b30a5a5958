/** The loop that makes the checks: side by side, each once, given back when it stops. */
import { type Finding, milliseconds, minutes, usualLife } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { claimChecks, nextCheckAt } from "../../src/store/check/claim-checks.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { type CheckNames, watchChecks } from "../../src/work/check-watch.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, startFleet } from "../store/fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const lease = minutes(3);

async function sendToChecks(fleet: Fleet, names: readonly string[]): Promise<void> {
  const now = systemClock.now();
  await fleet.add(
    names.map((name): [string] => [name]),
    now,
  );
  await planRound(fleet.db, { limit: 100, now, checkFirst: true });
}

function watch(
  fleet: Fleet,
  check: CheckNames,
  onChecked: (name: string, findings: readonly Finding[]) => void,
) {
  const errors: unknown[] = [];
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  const watched = watchChecks({
    db: fleet.db,
    clock: systemClock,
    check,
    life: usualLife,
    concurrency: 4,
    lease,
    pollEvery: milliseconds(1_000),
    onChecked: ([name = ""], findings) => onChecked(name, findings),
    onError: (error) => {
      errors.push(error);
      tell();
    },
  });
  return { watched, errors, told };
}

test("two processes check each name once, no more than so many side by side", async () => {
  await using fleet = await startFleet(postgres);
  const names = Array.from({ length: 30 }, (_, n) => `n${n}.example.com`);
  await sendToChecks(fleet, names);
  const checked: string[] = [];
  const done = Promise.withResolvers<void>();
  let running = 0;
  const check: CheckNames = async () => {
    running += 1;
    expect(running).toBeLessThanOrEqual(8);
    await new Promise(setImmediate);
    running -= 1;
    return { findings: [], records: [] };
  };
  const tell = (name: string): void => {
    checked.push(name);
    if (checked.length === names.length) done.resolve();
  };
  const both = [watch(fleet, check, tell), watch(fleet, check, tell)];
  await done.promise;
  for (const { watched, errors } of both) {
    await watched.stop();
    expect(errors).toEqual([]);
  }
  expect(checked.toSorted()).toEqual(names.toSorted());
  const round = await planRound(fleet.db, { limit: 100, now: systemClock.now(), checkFirst: true });
  expect(round).toMatchObject({ orders: 30 });
});

test("what runs when it stops is given back, and what breaks is told and kept until its lease ends", async () => {
  await using fleet = await startFleet(postgres);
  await sendToChecks(fleet, ["cut.example.com", "broken.example.com"]);
  const begun = Promise.withResolvers<void>();
  const { watched, errors, told } = watch(
    fleet,
    async ({ names: [name] }, _cas, signal) => {
      if (name === "broken.example.com") throw new Error("a fault of ours");
      begun.resolve();
      await new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as Error)),
      );
      return { findings: [], records: [] };
    },
    () => {},
  );
  await Promise.all([begun.promise, told]);
  await watched.stop();
  expect(errors).toMatchObject([{ message: "a fault of ours" }]);
  const again = await claimChecks(fleet.db, { limit: 10, lease, now: systemClock.now() });
  expect(again.map(({ names }) => names[0])).toEqual(["cut.example.com"]);
  expect(await nextCheckAt(fleet.db)).not.toBeNull();
});
