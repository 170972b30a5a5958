/** 500,000 domains in three months: the whole system in virtual time, with two CAs that count for themselves. */
import { cpus } from "node:os";
import type { Plan } from "@certmill/api";
import { days } from "@certmill/domain";
import { peers } from "../tools/peers/peer.ts";
import { startPostgres } from "../tools/peers/postgres.ts";
import type { Bench, Figure, Report, Size, Tell } from "./bench.ts";
import { scenarioFigures } from "./scenario-figures.ts";
import { type Run, runScenario } from "./virtual/run-scenario.ts";
import { fullScenario, idle, type Scenario, scaled } from "./virtual/scenario.ts";

const workers = 3;
/** Twelve days of it take about half an hour on two cores. */
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
  await using postgres = await startPostgres({ durability: "none", access: "socket" });
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
      "certificate keys from a pool, no TLS, signatures at the CAs trusted, PostgreSQL without fsync and by a local socket;",
      "names are checked before their first order and when one has failed, without packets; not the daily look at what has a certificate or is never right, nor the one at wrong names each minute;",
      `${run.orders} orders, ${run.issued} certificates, ${run.steps} steps of the clock in ${Math.round(run.seconds)} s on ${cpus().length} cores.`,
    ],
    figures: figuresOf(run, quiet),
  };
}

/** The plan's own word for a day's outage of the second CA, which is the weather to come; none comes in a short run. */
function daysWithOutage(plan: Plan | null): number | null {
  const told = plan?.alternatives.find(({ what }) => what === "second down for a day");
  return told?.days ?? plan?.enrolment.days ?? null;
}

function figuresOf({ outcome, plan, seconds, cpuSeconds, orders }: Run, quiet: Run): readonly Figure[] {
  const { finishedAfter, interactiveP99 } = outcome;
  return [
    ...scenarioFigures({
      ...outcome,
      finishedAfterDays: finishedAfter === null ? null : finishedAfter / days(1),
      plannedDays: { weather: daysWithOutage(plan), calm: plan?.enrolment.days ?? null },
      interactiveP99,
      quietInteractiveP99: quiet.outcome.interactiveP99,
    }),
    { name: "seconds", value: seconds, meaning: "real time of the run", bar: null },
    { name: "ms_per_order", value: (seconds * 1_000) / orders, meaning: "real time of an order", bar: null },
    {
      name: "cpu_ms_per_order",
      value: (cpuSeconds * 1_000) / orders,
      meaning: "of all processes: API and CAs, workers, PostgreSQL",
      bar: null,
    },
  ];
}
