/** A fleet left alone for a year: the whole system in virtual time, DNS that breaks and heals, one CA. */
import { cpus } from "node:os";
import { days } from "@certmill/domain";
import { peers } from "../tools/peers/peer.ts";
import { startPostgres } from "../tools/peers/postgres.ts";
import type { Bench, Figure, Report, Size, Tell } from "./bench.ts";
import { percentile } from "./measure/percentile.ts";
import { runYear, type YearRun } from "./year/run-year.ts";

const fullSize = 20_000;
/** Takes under half an hour on two cores. */
const defaultScale = 0.01;
const defaultSeed = 1;

export const yearBench: Bench = {
  name: "year",
  summary: "a year of a fleet whose DNS breaks and heals (--scale 0.002, --days 90: less of it)",
  peers: [peers.postgres],
  measure,
};

async function measure(tell: Tell, size: Size): Promise<Report> {
  const scale = size.scale ?? defaultScale;
  const length = days(size.days ?? 365);
  const domains = Math.round(fullSize * scale);
  const seed = size.seed ?? defaultSeed;
  // What is lost when the machine fails is not what is measured.
  await using postgres = await startPostgres({ durability: "none" });
  const databaseUrl = await postgres.createDatabase();
  const run = await runYear({ seed, length, domains, databaseUrl, workers: 0, tell });
  const kinds = Object.entries(Object.groupBy(run.stories, ({ kind }) => kind));
  return {
    versions: {},
    conditions: [
      `scale ${scale}, ${length / days(1)} days: ${domains} domains of two names (${kinds.map(([kind, { length }]) => `${length} ${kind}`).join(", ")}); seed ${seed};`,
      "API, worker, CA, name servers and responder in one process, on loopback; certificate keys from a pool, no TLS, signatures trusted at",
      "the CA, PostgreSQL without fsync; Let's Encrypt's limits at full size, but for its rates of requests, as no time passes while they are made;",
      "renewal information is asked for once a day, not every six hours;",
      `${run.orders} orders, ${run.issued} certificates, ${run.polls} questions of renewal information, ${run.dnsQuestions} of DNS, ${run.steps} steps of the clock in ${Math.round(run.seconds)} s on ${cpus().length} cores.`,
    ],
    figures: figuresOf(run),
  };
}

function figuresOf({ outcome, seconds }: YearRun): readonly Figure[] {
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
        "certificates that ended before the next, though the DNS was right for 26 hours while it was due",
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
