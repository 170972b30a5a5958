/** The campaign's scenario order by order, by our rules in memory: 500,000 domains in three months, in minutes. */
import { days, type SimulationOutcome } from "@certmill/domain";
import type { Bench, Figure, Report, Size, Tell } from "./bench.ts";
import { scenarioFigures } from "./scenario-figures.ts";
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
  const planned = { weather: plannedDays(scenario, "weather"), calm: plannedDays(scenario, "none") };
  tell(`The plan: ${planned.calm ?? "more than 3,650"} days for ${scenario.domains} domains.`);
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
  planned: { readonly weather: number | null; readonly calm: number | null },
): readonly Figure[] {
  return [
    ...scenarioFigures({
      ...outcome,
      finishedAfterDays: outcome.finishesAt === null ? null : outcome.days,
      plannedDays: planned,
      interactiveP99: outcome.interactiveP99Seconds,
      quietInteractiveP99: quiet.interactiveP99Seconds,
    }),
    {
      name: "longest_wait",
      value: outcome.longestWait.list,
      meaning: "of a domain of the list, in means of all its domains",
      bar: null,
    },
  ];
}
