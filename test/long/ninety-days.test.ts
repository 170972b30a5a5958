/** Three months of a hosting provider in virtual time: what no test of an hour can show. */
import { days } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runScenario } from "../../bench/virtual/run-scenario.ts";
import { fullScenario, type Scenario, scaled } from "../../bench/virtual/scenario.ts";
import { type Postgres, startPostgres } from "../../tools/peers/postgres.ts";

let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres({ access: "socket" });
});
afterAll(async () => postgres[Symbol.asyncDispose]());

/** A small list, beside limits that are not as small. */
const scenario: Scenario = {
  ...scaled(fullScenario, 4_000),
  divisor: 125,
  shares: { ...fullScenario.shares, never: 0.02 },
  rightFrom: days(2),
};

test("a campaign, renewals, customers, an outage, a storm of refusals: all is enrolled, nothing ends, nobody is refused for what we could know", async () => {
  const databaseUrl = await postgres.createDatabase();
  const told: string[] = [];
  const run = await runScenario({ scenario, databaseUrl, workers: 0, tell: (line) => told.push(line) });
  const { avoidableRefusals, budgetUsed, issuable, enrolled, expired } = run.outcome;
  const seen = `seed ${scenario.seed}: ${JSON.stringify(run.outcome)}\n${told.join("\n")}`;
  expect({ avoidableRefusals, expired, enrolled }, seen).toEqual({
    avoidableRefusals: 0,
    expired: 0,
    enrolled: issuable,
  });
  expect(issuable, seen).toBeGreaterThan(scenario.domains * 0.85);
  expect(budgetUsed, seen).toBeGreaterThan(0.9);
});
