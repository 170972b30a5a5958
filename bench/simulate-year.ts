/** A year of a fleet left alone, by our rules in memory: all 20,000 domains whose DNS breaks and heals, in minutes. */
import { days } from "@certmill/domain";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import { simulateYear } from "./year/by-rules/simulate-year.ts";
import { kindsText } from "./year/story.ts";
import { yearFigures } from "./year/year-figures.ts";

const fullSize = 20_000;

export const simulateYearBench: Bench = {
  name: "simulate-year",
  summary: "the year's fleet without database, DNS and HTTP, in full (--scale 0.1, --days 90: less of it)",
  peers: [],
  measure,
};

async function measure(tell: Tell, size: Size): Promise<Report> {
  const length = days(size.days ?? 365);
  const domains = Math.round(fullSize * (size.scale ?? 1));
  const seed = size.seed ?? 1;
  const startedAt = performance.now();
  const soFar = (): number => (performance.now() - startedAt) / 1_000;
  const run = await simulateYear({ seed, length, domains }, (day, issued) =>
    tell(`Day ${Math.round(day)} after ${soFar().toFixed(0)} s: ${issued} certificates.`),
  );
  const seconds = soFar();
  return {
    versions: {},
    conditions: [
      `${length / days(1)} days: ${domains} domains of two names (${kindsText(run.stories)}); seed ${seed};`,
      "simulated by our rules in memory against the sim CA's counting with Let's Encrypt's limits at full size: no database, no DNS, no HTTP, no",
      "limits of requests; renewal information is asked for every six hours;",
      `${run.orders} orders, ${run.checks} checks, ${run.polls} questions of renewal information.`,
    ],
    figures: [
      ...yearFigures({ outcome: run.outcome, seconds }),
      {
        name: "rss_mb",
        value: process.resourceUsage().maxRSS / 1_024,
        meaning: "most resident memory, MB",
        bar: null,
      },
    ],
  };
}
