import { after, type Duration, days, hours, instant } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { tellExpiring } from "../../src/store/expiring.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { certificateFor, claimDue, eventAt, type Fleet, startFleet, storeKey } from "./fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

// Not before the look that the migration leaves behind.
const begun = instant(Date.now());

/** Issues for all that is due at an instant. */
async function issue(fleet: Fleet, at: typeof begun, life: Duration): Promise<void> {
  for (const issuance of await claimDue(fleet, at)) {
    await storeKey(fleet.db, issuance.id);
    const certificate = certificateFor(life, at);
    await commitIssued(fleet.db, issuance, {
      certificate,
      events: [eventAt(at, "certificate.stored")],
      ledger: [],
      now: at,
    });
  }
}

const toldOf = async ({ db }: Fleet) =>
  await db
    .selectFrom("event")
    .select(["at", "detail"])
    .where("kind", "=", "certificate.expiring")
    .orderBy("id")
    .execute();

test("one that is not renewed is told at a fifth, three days and one day before its end, once by any number of processes", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]], begun);
  await issue(fleet, begun, days(90));
  for (let hour = 0; hour <= 91 * 24; hour += 6)
    await Promise.all([1, 2].map(() => tellExpiring(fleet.db, after(begun, hours(hour)))));
  const told = await toldOf(fleet);
  expect(told.map(({ at }) => (at - begun) / days(1))).toEqual([72, 87, 89]);
  expect(told[0]?.detail).toEqual({ notAfter: `${new Date(begun + days(90)).toISOString().slice(0, 19)}Z` });
});

test("a short one is told on its last day; one with a successor, and a removed one, are not", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["short.example.com"]], begun);
  await issue(fleet, begun, hours(160));
  expect(await tellExpiring(fleet.db, after(begun, hours(129)))).toBe(1);
  expect(await tellExpiring(fleet.db, after(begun, hours(130)))).toBe(0);
  await issue(fleet, after(begun, hours(131)), days(90));
  expect(await tellExpiring(fleet.db, after(begun, hours(150)))).toBe(0);
  expect(await fleet.db.selectFrom("expiry_alert").select("certificate_id").execute()).toEqual([]);
  await fleet.db.updateTable("lineage").set({ state: "removed" }).execute();
  expect(await tellExpiring(fleet.db, after(begun, days(95)))).toBe(0);
});
