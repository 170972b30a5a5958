/** 500,000 domains in three months: the whole system in virtual time, with two CAs that count for themselves. */
import { cpus } from "node:os";
import { days } from "@certmill/domain";
import { peers } from "../tools/peers/peer.ts";
import { startPostgres } from "../tools/peers/postgres.ts";
import type { Bench, Figure, Report, Size, Tell } from "./bench.ts";
import { type Run, runScenario } from "./virtual/run-scenario.ts";
import { fullScenario, idle, type Scenario, scaled } from "./virtual/scenario.ts";

const workers = 3;
/** Takes about half an hour on two cores. */
const defaultScale = 0.05;

export const campaignBench: Bench = {
  name: "campaign",
  summary:
    "90 virtual days of a campaign of 500,000 domains among customers and renewals (--scale 0.01, --days 12: the first only)",
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell, size: Size): Promise<Report> {
  const scale = size.scale ?? defaultScale;
  const whole = scaled(fullScenario, Math.round(1 / scale));
  const scenario = size.days === null ? whole : { ...whole, length: days(size.days) };
  // What is lost when the machine fails is not what is measured.
  await using postgres = await startPostgres({ durability: "none" });
  const runOf = async (each: Scenario): Promise<Run> =>
    runScenario({ scenario: each, databaseUrl: await postgres.createDatabase(), workers, tell });
  tell("Customers alone ...");
  const quiet = await runOf(idle(scenario));
  tell(`The campaign, ${scenario.domains} domains ...`);
  const run = await runOf(scenario);
  return {
    versions: {},
    conditions: [
      `scale ${scale}, ${scenario.length / days(1)} days: ${scenario.domains} domains, ${scenario.existing} certificates there before, a customer every ${scenario.newCustomerEvery / 1_000} s,`,
      `the orders of accounts limited to a ${scenario.divisor}th; seed ${scenario.seed}; ${workers} worker processes, the API and the CAs in one more;`,
      "certificate keys from a pool, no TLS, signatures at the CAs trusted, PostgreSQL without fsync;",
      `${run.orders} orders, ${run.issued} certificates, ${run.steps} steps of the clock in ${Math.round(run.seconds)} s on ${cpus().length} cores.`,
    ],
    figures: figuresOf(run, quiet),
  };
}

function figuresOf({ outcome, plan, seconds }: Run, quiet: Run): readonly Figure[] {
  const { avoidableRefusals, budgetUsed, finishedAfter, interactiveP99, expired, starved } = outcome;
  const planned = plan === null ? null : days(plan.enrolment.days);
  const missed = Number.NaN;
  return [
    {
      name: "avoidable_refusals",
      value: avoidableRefusals,
      meaning: "requests refused for a limit that the ledger could know",
      bar: { kind: "at-most", value: 0 },
    },
    {
      name: "budget_used",
      value: budgetUsed ?? missed,
      meaning: "of the orders that the CAs allowed while a domain of the campaign waited for one",
      bar: { kind: "at-least", value: 0.99 },
    },
    {
      name: "finish_vs_plan",
      value:
        finishedAfter === null || planned === null ? missed : Math.abs(finishedAfter - planned) / planned,
      meaning: "how far the last certificate was from the day planned before, as a share of the time",
      bar: { kind: "at-most", value: 0.01 },
    },
    {
      name: "interactive_p99_ratio",
      value: (interactiveP99 ?? missed) / (quiet.outcome.interactiveP99 ?? missed),
      meaning: "time to certificate of a new customer, held against customers alone",
      bar: { kind: "at-most", value: 1.2 },
    },
    {
      name: "expired",
      value: expired,
      meaning: "certificates that ended before the next was there",
      bar: { kind: "at-most", value: 0 },
    },
    {
      name: "starved",
      value: starved,
      meaning: "domains that waited over twice the mean of their class, and over an hour",
      bar: { kind: "at-most", value: 0 },
    },
    {
      name: "enrolled_share",
      value: outcome.issuable === 0 ? missed : outcome.enrolled / outcome.issuable,
      meaning: "of the campaign's domains that could have a certificate",
      bar: null,
    },
    { name: "seconds", value: seconds, meaning: "real time of the run", bar: null },
  ];
}
