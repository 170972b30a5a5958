/** The loop that looks into Vault: what breaks keeps nobody from a certificate, what is cut off is given back. */
import { milliseconds, minutes } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/clock.ts";
import type { FindInVault } from "../../src/effects/find-in-vault.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { claimLooks } from "../../src/store/vault-looks.ts";
import { watchVault } from "../../src/work/vault-watch.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { startFleet } from "../store/fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const lease = minutes(3);

test("what breaks is told, and the order goes its way; what runs when it stops is given back", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  await fleet.add([["cut.example.com"], ["broken.example.com"]], systemClock.now());
  const plan = () => planRound(db, { limit: 100, now: systemClock.now(), lookFirst: true });
  await plan();
  const begun = Promise.withResolvers<void>();
  const told = Promise.withResolvers<unknown>();
  const find: FindInVault = async ({ names: [name] }, signal) => {
    if (name === "broken.example.com") throw new Error("a fault of ours");
    begun.resolve();
    return await new Promise((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason as Error)),
    );
  };
  const watch = watchVault({
    db,
    clock: systemClock,
    find,
    takeOver: async () => ({ kind: "stale" }),
    concurrency: 4,
    lease,
    pollEvery: milliseconds(1_000),
    onLooked: () => {},
    onAway: () => {},
    onError: told.resolve,
  });
  await begun.promise;
  expect(await told.promise).toMatchObject({ message: "a fault of ours" });
  await watch.stop();
  expect(await plan()).toMatchObject({ orders: 1 });
  const again = await claimLooks(db, { limit: 10, lease, now: systemClock.now() });
  expect(again.map(({ names }) => names[0])).toEqual(["cut.example.com"]);
});
