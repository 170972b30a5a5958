import { after, days, type Finding, type Instant, minutes, usualLife } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { claimChecks } from "../../src/store/check/claim-checks.ts";
import { commitCheck } from "../../src/store/check/commit-check.ts";
import type { ClaimedIssuance } from "../../src/store/claim-issuances.ts";
import { commitFailed } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { certificateFor, claimOne, type Fleet, start, startFleet, storeKey } from "./fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const site = "a.example";
const alias = "www.a.example";

const fail = (fleet: Fleet, claim: ClaimedIssuance, now: Instant) =>
  commitFailed(fleet.db, claim, {
    cause: "dns",
    detail: "no address",
    retryAt: after(now, minutes(1)),
    areChecked: true,
    events: [],
    ledger: [],
    now,
    failed: [alias],
    leaveOutAfter: 2,
  });

async function stand({ db }: Fleet) {
  const { rows } = await sql<Record<string, unknown>>`
    select names, all_names, state, failures, suspects, wake_at,
      array(select name from domain where lineage_id = lineage.id order by name) as domains,
      array(select kind from event where kind like 'names.%' order by id) as told
    from lineage`.execute(db);
  return rows[0];
}

test("the failure that is enough leaves the name out with it, and a late worker's nothing", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([[site, alias]]);
  const first = await claimOne(fleet);
  expect(await fail(fleet, { ...first, fence: "0" }, start)).toBe(false);
  expect(await stand(fleet)).toMatchObject({ suspects: {}, failures: 0 });
  expect(await fail(fleet, first, start)).toBe(true);
  expect(await stand(fleet)).toMatchObject({
    names: [site, alias],
    suspects: { [alias]: 1 },
    failures: 1,
    told: [],
  });

  const again = after(start, minutes(1));
  expect(await fail(fleet, await claimOne(fleet, again), again)).toBe(true);
  expect(await stand(fleet)).toEqual({
    names: [site],
    all_names: [site, alias],
    state: "waiting",
    failures: 0,
    suspects: {},
    wake_at: again,
    domains: [site, alias],
    told: ["names.left-out"],
  });
});

test("with checks it is added back by one that finds all right, a day later at the soonest", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  await fleet.add([[site, alias]]);
  await fail(fleet, await claimOne(fleet), start);
  const again = after(start, minutes(1));
  await fail(fleet, await claimOne(fleet, again), again);
  const claim = await claimOne(fleet, again);
  expect(claim.names).toEqual([site]);
  await storeKey(db, claim.id);
  const lookAt = after(again, days(1));
  const told = { events: [], ledger: [] };
  await commitIssued(db, claim, { certificate: certificateFor(days(90)), lookAt, ...told, now: again });
  const dead: Finding = {
    code: "points-elsewhere",
    weight: "fault",
    name: alias,
    where: null,
    expected: ["192.0.2.1"],
    found: ["198.51.100.1"],
    ca: null,
    seenFrom: [],
  };
  for (const [findings, now, names] of [
    [[dead], lookAt, [site]],
    [[], after(lookAt, days(1)), [site, alias]],
  ] as const) {
    const [check] = await claimChecks(db, { limit: 1, lease: minutes(3), now });
    if (check === undefined) throw new Error("No check is due.");
    expect(check.names).toEqual([site, alias]);
    await commitCheck(db, {
      lineageId: check.lineageId,
      fence: check.fence,
      findings,
      records: [],
      life: usualLife,
      now,
    });
    expect(await stand(fleet)).toMatchObject({ names, state: "active" });
  }
});
