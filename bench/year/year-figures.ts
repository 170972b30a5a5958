import type { Figure } from "../bench.ts";
import { percentile } from "../measure/percentile.ts";
import type { YearOutcome } from "./outcome.ts";

/** @param run.seconds real ones. */
export function yearFigures({
  outcome,
  seconds,
}: {
  readonly outcome: YearOutcome;
  readonly seconds: number;
}): readonly Figure[] {
  const { mended, mendedUnasked, atOnce } = outcome;
  const p50 = (waits: readonly number[]): number =>
    waits.length === 0
      ? Number.NaN
      : percentile(
          [...waits].sort((a, b) => a - b),
          0.5,
        ) / 1_000;
  const told = (name: string, value: number, meaning: string): Figure => ({
    name,
    value,
    meaning,
    bar: null,
  });
  return [
    {
      name: "avoidable_expiries",
      value: outcome.avoidableExpiries,
      meaning:
        "certificates that ended before the next, though the DNS was right in all of the window, or for 26 hours after it",
      bar: { kind: "at-most", value: 0 },
    },
    {
      name: "ari_exempt",
      value: outcome.exemptInPeace / outcome.renewalsInPeace,
      meaning:
        "of the renewals whose DNS was right in the whole window: the CA held no limit against the order",
      bar: { kind: "at-least", value: 0.999 },
    },
    {
      name: "paused",
      value: outcome.paused,
      meaning: "names that the CA has paused",
      bar: { kind: "at-most", value: 0 },
    },
    {
      name: "failed_tries_per_name_day",
      value: outcome.failedTriesMost,
      meaning: "the most failed validations of a name in one of its failing days after the first",
      bar: { kind: "at-most", value: 1 },
    },
    {
      name: "dns_right_to_active_p50_s",
      value: p50(mended),
      meaning:
        "from the DNS being right to the first certificate, of those that were wrong when they were added",
      bar: { kind: "under", value: 90 },
    },
    told("failed_tries_mean", outcome.failedTriesMean, "of all failing days after the first"),
    told("dns_right_unasked_p50_s", p50(mendedUnasked), "of those where nobody asked for a check"),
    told("dns_right_at_once_p50_s", p50(atOnce), "of those that were right when they were added"),
    told("expiries", outcome.expiries, "certificates that ended before the next, for wrong DNS too"),
    told("forgotten", outcome.forgotten, "domains that are right for 26 hours at the end, and not covered"),
    told("renewals", outcome.renewals, "certificates that follow another"),
    told(
      "ari_exempt_of_all",
      outcome.exempt / outcome.renewals,
      "with those whose DNS was wrong in the window",
    ),
    told("exempt_orders", outcome.exemptOrdersOfCa, "as the CA counts them, those that failed too"),
    told("exempt_orders_ours", outcome.exemptOrdersOfOurs, "the same by our database"),
    told("refusals", outcome.refusals, "requests that the CA refused for a limit"),
    told("seconds", seconds, "real time of the run"),
  ];
}
