import { minutes, splitPack } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commitSplit } from "../../src/store/decision/commit-abandoned.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { claimDue, claimOne, type Fleet, start, startFleet } from "./fleet.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const names = ["a.example", "b.example", "c.example", "www.b.example"] as const;
const retryAt = start + minutes(1);

/** A pack in a campaign, claimed. */
async function claimPack(fleet: Fleet) {
  await fleet.add([[...names]]);
  await sql`
    with spring as (
      insert into campaign (name, state, pack_names, created_at)
      values ('spring', 'running', 4, now()) returning id
    ) update lineage set campaign_id = spring.id from spring`.execute(fleet.db);
  return claimOne(fleet);
}

const abandon = (fleet: Fleet, claim: Awaited<ReturnType<typeof claimOne>>) => {
  const split = splitPack(names, ["www.b.example"]);
  if (split === null) throw new Error("It is not to be split.");
  const failure = { cause: "dns", detail: "no address", retryAt: retryAt as typeof start } as const;
  return commitSplit(fleet.db, claim, { ...failure, events: [], ledger: [], now: start, split });
};

test("the rest of a pack goes on at once, the dead name carries its failure on by itself", async () => {
  await using fleet = await startFleet(postgres);
  const claim = await claimPack(fleet);
  expect(claim.isPack).toBe(true);
  expect(await abandon(fleet, claim)).toBe(true);
  const { rows } = await sql<Record<string, unknown>>`
    select names, state, failures, failure_code, wake_at, campaign_id is not null as of_campaign,
      array(select name from domain where lineage_id = lineage.id order by name) as domains
    from lineage order by id`.execute(fleet.db);
  expect(rows).toEqual([
    {
      names: ["a.example", "c.example"],
      state: "waiting",
      failures: 0,
      failure_code: null,
      wake_at: start,
      of_campaign: true,
      domains: ["a.example", "c.example"],
    },
    {
      names: ["b.example", "www.b.example"],
      state: "waiting",
      failures: 1,
      failure_code: "dns",
      wake_at: retryAt,
      of_campaign: true,
      domains: ["b.example", "www.b.example"],
    },
  ]);
  expect((await claimDue(fleet)).map(({ names: next }) => next)).toEqual([["a.example", "c.example"]]);
});

test("a late worker splits nothing", async () => {
  await using fleet = await startFleet(postgres);
  const claim = await claimPack(fleet);
  expect(await abandon(fleet, { ...claim, fence: "0" })).toBe(false);
  const { rows } = await sql<{ names: string[] }>`select names from lineage`.execute(fleet.db);
  expect(rows).toEqual([{ names: [...names] }]);
});
