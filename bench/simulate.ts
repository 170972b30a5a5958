/** The campaign's scenario order by order, by our rules in memory: 500,000 domains in three months, in minutes. */
import { days, type SimulationOutcome } from "@certmill/domain";
import type { Bench, Figure, Report, Size, Tell } from "./bench.ts";
import { plannedDays } from "./simulate/plan-scenario.ts";
import { simulateScenario } from "./simulate/simulate-scenario.ts";
import { fullScenario, idle, type Scenario, scaled } from "./virtual/scenario.ts";

export const simulateBench: Bench = {
  name: "simulate",
  summary: "the campaign's scenario without database and HTTP, order by order (--scale 0.01)",
  peers: [],
  measure,
};

async function measure(tell: Tell, { scale: asked }: Size): Promise<Report> {
  const scale = asked ?? 1;
  const scenario = scaled(fullScenario, Math.round(1 / scale));
  const quiet = await simulateScenario(idle(scenario));
  const planned = plannedDays(scenario);
  tell(`The plan: ${planned ?? "more than 3,650"} days for ${scenario.domains} domains.`);
  const startedAt = performance.now();
  const secondsSoFar = (): number => (performance.now() - startedAt) / 1_000;
  const outcome = await simulateScenario(scenario, (day, { journal }) => {
    tell(
      `Day ${day} after ${secondsSoFar().toFixed(0)} s: ${journal.enrolled} of ${journal.issuable} domains enrolled.`,
    );
  });
  const seconds = secondsSoFar();
  return {
    versions: {},
    conditions: conditionsOf(scenario, outcome),
    figures: [
      ...figuresOf(outcome, quiet, planned),
      {
        name: "seconds",
        value: seconds,
        meaning: "real time of the run",
        bar: { kind: "under", value: 1_800 },
      },
      {
        name: "rss_mb",
        value: process.resourceUsage().maxRSS / 1_024,
        meaning: "most resident memory, MB",
        bar: null,
      },
    ],
  };
}

function conditionsOf(
  scenario: Scenario,
  { orders, beside, finishesAt }: SimulationOutcome,
): readonly string[] {
  const { domains, existing, newCustomerEvery, divisor, length, seed } = scenario;
  return [
    `${domains} domains, ${existing} certificates there before, a customer every ${newCustomerEvery / 1_000} s,`,
    `the orders of accounts limited to a ${divisor}th; ${length / days(1)} days; seed ${seed}; one process, no database, no HTTP;`,
    `${orders.total} orders of the list, ${beside.customers} of customers, ${beside.renewals} renewals; done ${finishesAt ?? "not in time"}.`,
  ];
}

function figuresOf(
  outcome: SimulationOutcome,
  quiet: SimulationOutcome,
  planned: number | null,
): readonly Figure[] {
  const { avoidableRefusals, budgetUsed, finishesAt, interactiveP99Seconds, expired, starved } = outcome;
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
      value: finishesAt === null || planned === null ? missed : Math.abs(outcome.days - planned) / planned,
      meaning: "how far the last certificate was from the day planned before, as a share of the time",
      bar: { kind: "at-most", value: 0.01 },
    },
    {
      name: "interactive_p99_ratio",
      value: (interactiveP99Seconds ?? missed) / (quiet.interactiveP99Seconds ?? missed),
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
      name: "longest_wait",
      value: outcome.longestWait.list,
      meaning: "of a domain of the list, in means of all its domains",
      bar: null,
    },
    {
      name: "enrolled_share",
      value: outcome.issuable === 0 ? missed : outcome.enrolled / outcome.issuable,
      meaning: "of the campaign's domains that could have a certificate",
      bar: null,
    },
  ];
}
