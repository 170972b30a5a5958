/** Questions after renewals and the feeding of campaigns, once for each of their calls that change something. */
import { expect, test } from "vitest";
import { startMigratedPostgres } from "../../packages/server/test/migrated-postgres.ts";
import { dieEverywhere } from "./every-death.ts";
import type { Death } from "./mortal.ts";
import { openRounds } from "./rounds-scenario.ts";

test("windows, waves, a pause and a cancelled list come to the same end wherever a process dies", async ({
  annotate,
}) => {
  await using postgres = await startMigratedPostgres();
  await using rounds = await openRounds(postgres);
  const alive = await rounds.run(null);
  expect(alive.end).toMatchObject({
    lists: [
      { name: "bad", state: "paused" },
      { name: "cancelled", state: "cancelled" },
      { name: "good", state: "done", wave: 3, wave_left: 0 },
    ],
    offers: [
      { name: "other", offers_renewal_info: false },
      { name: "test", offers_renewal_info: true },
    ],
  });
  const run = async (death: Death) => {
    const told = await rounds.run(death);
    expect(told.end).toEqual(alive.end);
    // What was asked and not stored is asked again, and nothing else is.
    expect(told.asked).toBeLessThanOrEqual(alive.asked + 3);
    return told;
  };
  const died = await dieEverywhere({ calls: alive.calls, atOnce: 1, effects: "before" }, run);
  await annotate(`${died} processes died, at ${alive.calls} calls`);
  expect(alive.calls).toBeGreaterThan(30);
  expect(died).toBe(alive.calls);
});
