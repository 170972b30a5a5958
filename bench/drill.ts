/**
 * The 24-hour drill: a CA revokes all of a million certificates, which is heard over the six hours in which each is asked
 * for. Our rules in memory against the sim CA's own counting, order by order in virtual time; no database, no HTTP.
 */
import { setImmediate as turn } from "node:timers/promises";
import {
  after,
  days,
  hours,
  type Instant,
  instant,
  outcomeOf,
  Simulation,
  type SimulationOutcome,
  seconds,
} from "@certmill/domain";
import { InProcessCa, ruleSet } from "@certmill/sim";
import type { Bench, Report, Size, Tell } from "./bench.ts";
import { listNames } from "./virtual/names.ts";

export const drillBench: Bench = {
  name: "drill",
  summary: "a CA revokes a million certificates: all replaced within 24 hours, simulated (--scale 0.01)",
  peers: [],
  measure,
};

const fullSize = 1_000_000;
const start = instant(Date.parse("2026-12-01T00:00:00Z"));
const length = hours(24);
const lifetime = days(90);
/** Each certificate is asked for once in so long, where its CA says nothing else. */
const heardOver = hours(6);
const customerEvery = seconds(60);
/** At full size; a part of it has a part of them, so that the line is as long for its size. */
const fullInFlight = 100;
const inFlightOf = (size: number): number => Math.max(2, Math.round((fullInFlight * size) / fullSize));
const lookup = { leastSeconds: 1, mostSeconds: 4 };
const rightNames = { shares: { never: 0, later: 0, slow: 0, shared: 0 } };

interface Drill {
  readonly outcome: SimulationOutcome;
  readonly replaced: number;
  readonly lastAt: Instant;
}

async function measure(tell: Tell, { scale, seed: asked }: Size): Promise<Report> {
  const seed = asked ?? 1;
  const size = Math.max(1, Math.round(fullSize * (scale ?? 1)));
  const quiet = await run({ size, seed, isRevoked: false }, () => {});
  const startedAt = performance.now();
  const { outcome, replaced, lastAt } = await run({ size, seed, isRevoked: true }, (hour, count) =>
    tell(`Hour ${hour}: ${count} of ${size} replaced.`),
  );
  const missed = Number.NaN;
  return {
    versions: {},
    conditions: [
      `${size} certificates of Let's Encrypt's limits, all revoked; heard evenly over ${heardOver / hours(1)} h; a customer every ${customerEvery / 1_000} s;`,
      `${inFlightOf(size)} orders in flight, a look-up of ${lookup.leastSeconds} to ${lookup.mostSeconds} s; 24 h in virtual time, seed ${seed};`,
      "simulated by our rules in memory against the sim CA's counting: no database, no HTTP, no limits of requests.",
    ],
    figures: [
      {
        name: "replaced",
        value: replaced / size,
        meaning: "of the certificates, within 24 hours",
        bar: { kind: "at-least", value: 1 },
      },
      {
        name: "hours",
        value: (lastAt - start) / hours(1),
        meaning: "from the CA's word to the last certificate",
        bar: { kind: "at-most", value: 24 },
      },
      {
        name: "avoidable_refusals",
        value: outcome.avoidableRefusals,
        meaning: "requests refused for a limit that the ledger could know",
        bar: { kind: "at-most", value: 0 },
      },
      {
        name: "interactive_p99_ratio",
        value: (outcome.interactiveP99Seconds ?? missed) / (quiet.outcome.interactiveP99Seconds ?? missed),
        meaning: "time to certificate of a new customer, held against customers alone",
        bar: { kind: "at-most", value: 1.2 },
      },
      {
        name: "seconds",
        value: (performance.now() - startedAt) / 1_000,
        meaning: "real time of the run",
        bar: null,
      },
    ],
  };
}

async function run(
  terms: { readonly size: number; readonly seed: number; readonly isRevoked: boolean },
  tell: (hour: number, replaced: number) => void,
): Promise<Drill> {
  const { size, seed, isRevoked } = terms;
  const ca = new WatchedCa({
    accountId: "letsencrypt",
    limits: ruleSet("letsencrypt"),
    model: () => ({ kind: "right" }),
    lookup,
    seed,
  });
  const simulation = new Simulation({
    startsAt: start,
    cas: [
      {
        id: "letsencrypt",
        accountId: "letsencrypt",
        weight: 100,
        limitSet: "letsencrypt",
        overrides: [],
        mostOrdersInFlight: inFlightOf(size),
        ca,
      },
    ],
    list: [],
    isPaired: false,
    fateOf: () => "right",
    rightFrom: start,
    checksFirst: false,
    customers: { every: customerEvery, names: customers(seed) },
    existing: existing(terms),
    pace: { window: null, perHour: null },
    mostFailed: 0.5,
    renewalSpreadDays: 15,
    weather: [],
  });
  const end = after(start, length);
  while (simulation.now < end) {
    simulation.advanceTo(instant(Math.min(after(simulation.now, hours(1)), end)));
    if (isRevoked) tell((simulation.now - start) / hours(1), ca.replaced);
    // Where a signal is heard.
    await turn();
  }
  const { journal, pauses } = simulation;
  const outcome = outcomeOf({ journal, now: end, pauses, troubles: [] });
  const isWhole = ca.replaced === size;
  return { outcome, replaced: ca.replaced, lastAt: isWhole ? ca.lastAt : after(start, days(3_650)) };
}

/** Tells how many certificates of before it has issued anew. */
class WatchedCa extends InProcessCa {
  readonly #old = new Set<string>();
  replaced = 0;
  lastAt = start;

  override hasIssued(names: readonly string[], at: Instant): void {
    this.#old.add(names[0] ?? "");
    super.hasIssued(names, at);
  }

  override finalize(...[order, now]: Parameters<InProcessCa["finalize"]>) {
    const answer = super.finalize(order, now);
    if (answer.kind === "issued" && this.#old.delete(order.names[0] ?? "")) {
      this.replaced += 1;
      this.lastAt = now;
    }
    return answer;
  }
}

/** None of them would be renewed within the day by itself. */
function* existing({ size, seed, isRevoked }: Parameters<typeof run>[0]) {
  let index = 0;
  for (const names of listNames("old", size, { ...rightNames, seed })) {
    const notBefore = instant(start - Math.floor((days(50) * (index + 0.5)) / size) - days(1));
    // Who was asked for first is anybody.
    const heard = (index * 7_919) % size;
    index += 1;
    const urgentAt = after(start, hours((heard / size) * (heardOver / hours(1))));
    const certificate = {
      names,
      tenant: null,
      notBefore,
      notAfter: after(notBefore, lifetime),
      countsAsNew: false,
    };
    yield isRevoked ? { ...certificate, urgentAt: instant(Math.floor(urgentAt)) } : certificate;
  }
}

function* customers(seed: number) {
  const count = Math.floor(length / customerEvery) - 1;
  for (const names of listNames("new", count, { ...rightNames, seed })) yield { names, tenant: null };
}
