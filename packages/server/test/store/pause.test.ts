/** A person's pause while a certificate is being obtained: it holds at once, and nothing that the CA may have made is lost. */
import { days } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ClaimedIssuance } from "../../src/store/claim-issuances.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { pauseHeld, resumeHeld } from "../../src/store/write/pause-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { certificateFor, claimDue, claimOne, type Fleet, start, startFleet, storeKey } from "./fleet.ts";

let postgres: MigratedPostgres;
let fleet: Fleet;
let claim: ClaimedIssuance;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());
beforeEach(async () => {
  fleet = await startFleet(postgres);
  await fleet.add([["shop.example.com"]]);
  claim = await claimOne(fleet);
  return () => fleet[Symbol.asyncDispose]();
});

const to = { by: { person: "alice" }, now: start } as const;
const pause = () =>
  fleet.db.transaction().execute((trx) => pauseHeld(trx, { ...to, lineageId: claim.lineageId }));
const resume = () =>
  fleet.db.transaction().execute((trx) => resumeHeld(trx, { ...to, lineageId: claim.lineageId }));

async function stands() {
  const { rows } = await sql<{ state: string; wakes: boolean; has: boolean; live: number }>`
    select state, wake_at is not null as wakes, certificate_id is not null as has,
      (select count(*)::int from issuance where lineage_id = lineage.id and ended_at is null) as live
    from lineage where id = ${claim.lineageId}`.execute(fleet.db);
  return rows[0];
}

const finalizing = async (): Promise<void> => {
  await storeKey(fleet.db, claim.id);
  await sql`update issuance set csr = 'csr' where id = ${claim.id}`.execute(fleet.db);
};
const issued = () =>
  commitIssued(fleet.db, claim, {
    certificate: certificateFor(days(90)),
    events: [],
    ledger: [],
    now: start,
  });
const abandoned = () =>
  commitAbandoned(fleet.db, claim, {
    cause: "ca-error",
    detail: "",
    retryAt: start,
    events: [],
    ledger: [],
    now: start,
  });

test("what the CA was not asked to sign is given up, a late worker is refused, and after it is resumed another is begun", async () => {
  expect(await pause()).toBe("paused");
  expect(await stands()).toEqual({ state: "paused", wakes: false, has: false, live: 0 });
  expect([await issued(), await abandoned()]).toEqual([null, false]);
  expect(await claimDue(fleet)).toEqual([]);
  expect(await pause()).toBe("unchanged");
  expect(await resume()).toBe("resumed");
  expect((await claimDue(fleet)).map(({ names }) => names)).toEqual([["shop.example.com"]]);
});

test("what it was asked to sign is stored, and nothing comes after it until it is resumed", async () => {
  await finalizing();
  expect(await pause()).toBe("paused");
  expect(await stands()).toEqual({ state: "paused", wakes: false, has: false, live: 1 });
  expect(await issued()).not.toBeNull();
  expect(await stands()).toEqual({ state: "paused", wakes: false, has: true, live: 0 });
  expect(await resume()).toBe("resumed");
  expect(await stands()).toEqual({ state: "active", wakes: true, has: true, live: 0 });
});

test("where that fails it stays paused, and is tried again when it is resumed", async () => {
  await finalizing();
  await pause();
  expect(await abandoned()).toBe(true);
  expect(await stands()).toEqual({ state: "paused", wakes: false, has: false, live: 0 });
  await resume();
  expect(await claimDue(fleet)).toHaveLength(1);
});

test("resumed while that goes on, it has no second order beside it", async () => {
  await finalizing();
  await pause();
  expect(await resume()).toBe("resumed");
  expect(await claimDue(fleet)).toEqual([]);
  await issued();
  expect(await stands()).toEqual({ state: "active", wakes: true, has: true, live: 0 });
});
