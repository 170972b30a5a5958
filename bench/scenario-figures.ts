import type { Figure } from "./bench.ts";

/** What came of the campaign's scenario, run whole or simulated. null: it did not happen, and its bar is missed. */
export interface ScenarioResult {
  readonly avoidableRefusals: number;
  readonly budgetUsed: number | null;
  /** From the campaign's beginning to its last certificate. */
  readonly finishedAfterDays: number | null;
  /** `weather`: by a plan that was told of the day on which a CA is down; `calm`: by one that was not. */
  readonly plannedDays: { readonly weather: number | null; readonly calm: number | null };
  /** 99 % of new customers waited no longer; and where there are only customers. */
  readonly interactiveP99: number | null;
  readonly quietInteractiveP99: number | null;
  readonly expired: number;
  readonly starved: number;
  /** How often the campaign paused itself for what failed. */
  readonly pauses: number;
  readonly issuable: number;
  readonly enrolled: number;
}

/** The bars of 500,000 domains in three months. */
export function scenarioFigures(result: ScenarioResult): readonly Figure[] {
  const { avoidableRefusals, budgetUsed, finishedAfterDays: days, plannedDays } = result;
  const { interactiveP99, quietInteractiveP99, expired, starved, pauses, issuable, enrolled } = result;
  const missed = Number.NaN;
  const differenceFrom = (planned: number | null): number =>
    days === null || planned === null ? missed : Math.abs(days - planned) / planned;
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
      value: differenceFrom(plannedDays.weather),
      meaning:
        "how far the last certificate was from the day planned before, the CA's day of outage told, as a share of the time",
      bar: { kind: "at-most", value: 0.01 },
    },
    {
      name: "finish_vs_calm_plan",
      value: differenceFrom(plannedDays.calm),
      meaning: "the same, held against a plan that knows of no outage",
      bar: null,
    },
    {
      name: "interactive_p99_ratio",
      value: (interactiveP99 ?? missed) / (quietInteractiveP99 ?? missed),
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
      name: "pauses",
      value: pauses,
      meaning: "times that the campaign paused itself, and would have waited for a person",
      bar: { kind: "at-most", value: 0 },
    },
    {
      name: "enrolled_share",
      value: issuable === 0 ? missed : enrolled / issuable,
      meaning: "of the campaign's domains that could have a certificate",
      bar: null,
    },
  ];
}
