import { sql } from "kysely";
import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { watchCas } from "../../src/observe/ca-gauges.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { type CaStanding, readCaStandings } from "../../src/store/read/ca-standings.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { start, startFleet } from "../store/fleet.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

test("a scrape tells how the CAs stand now, and nothing of them while the database is away", async () => {
  await using fleet = await startFleet(postgres);
  await sql`update ca set limit_set = 'letsencrypt', status_hint = 'degraded', status_read_at = now()`.execute(
    fleet.db,
  );
  await fleet.add([["a.example.com"], ["b.example.com"]]);
  await planRound(fleet.db, { limit: 10, now: start });
  const registry = new Registry();
  const standings = {
    read: (): Promise<readonly CaStanding[] | null> => readCaStandings(fleet.db, start),
  };
  watchCas(registry, () => standings.read());
  const scraped = async () =>
    (await registry.metrics()).split("\n").filter((line) => line.startsWith("certmill_"));
  expect(await scraped()).toEqual([
    'certmill_ca_gets_orders{ca="test"} 1',
    'certmill_ca_orders_in_flight{ca="test"} 2',
    'certmill_ca_orders_left{ca="test"} 298',
    'certmill_ca_orders_burst{ca="test"} 300',
    `certmill_ca_orders_refill_per_second{ca="test"} ${1 / 36}`,
    'certmill_ca_status_page{ca="test",status="degraded"} 1',
  ]);
  standings.read = async () => null;
  expect(await scraped()).toEqual([]);
});
