/** What holds for every simulation, whatever the list and the CAs are. */
import {
  after,
  type Duration,
  days,
  hours,
  type Instant,
  instant,
  minutes,
  outcomeOf,
  type SimulatedCa,
  Simulation,
} from "@certmill/domain";
import { InProcessCa, NO_LIMITS, per } from "@certmill/sim";
import fc from "fast-check";
import { expect, test } from "vitest";

const startsAt = instant(Date.parse("2026-12-01T00:00:00Z"));

interface Situation {
  readonly list: number;
  readonly isPaired: boolean;
  /** Every so many-th never succeeds, or does from a day on; 0: none. */
  readonly neverEvery: number;
  readonly laterEvery: number;
  readonly checksFirst: boolean;
  readonly shared: boolean;
  readonly customers: Duration | null;
  readonly existing: number;
  readonly cas: readonly { readonly orders: number; readonly per: Duration; readonly grants: number }[];
  readonly mostInFlight: number;
  readonly outage: { readonly from: number; readonly hours: number };
  readonly perHour: number | null;
}

const situations: fc.Arbitrary<Situation> = fc.record({
  list: fc.integer({ min: 0, max: 60 }),
  isPaired: fc.boolean(),
  neverEvery: fc.constantFrom(0, 2, 7),
  laterEvery: fc.constantFrom(0, 5),
  checksFirst: fc.boolean(),
  shared: fc.boolean(),
  customers: fc.constantFrom(null, hours(7), days(1)),
  existing: fc.integer({ min: 0, max: 20 }),
  cas: fc.array(
    fc.record({
      orders: fc.integer({ min: 1, max: 20 }),
      per: fc.constantFrom(minutes(10), hours(3)),
      // Of what it says: less than all is a CA that is stricter than we believe.
      grants: fc.constantFrom(1, 1, 1, 0.5),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  mostInFlight: fc.constantFrom(1, 3, 64),
  outage: fc.record({ from: fc.integer({ min: 0, max: 48 }), hours: fc.constantFrom(0, 1, 12) }),
  perHour: fc.constantFrom(null, 30),
});

function* named(prefix: string, count: number, below: string | null = null) {
  for (let n = 1; n <= count; n += 1)
    yield { names: [`${prefix}${n}.${below ?? "example"}`], tenant: `tenant${n % 3}` };
}

/** Set up; told of every question to a CA. */
function setUp(situation: Situation, asked: (now: Instant) => void) {
  const { list, neverEvery, laterEvery, checksFirst, shared, customers, existing, outage, perHour } =
    situation;
  const rightFrom = after(startsAt, days(2));
  const numberOf = (name: string): number => Number(/^list(\d+)/.exec(name)?.[1] ?? 0);
  const isEvery = (name: string, n: number): boolean =>
    n > 0 && numberOf(name) > 0 && numberOf(name) % n === 0;
  const fateOf = (name: string) =>
    isEvery(name, neverEvery) ? "never" : isEvery(name, laterEvery) ? "later" : "right";
  const cas = situation.cas.map(({ orders, per: period, grants }, index) => ({
    id: `ca${index}`,
    rule: { burst: orders, count: orders, period },
    ca: new InProcessCa({
      accountId: `ca${index}`,
      limits: {
        ...NO_LIMITS,
        newOrdersPerAccount: per(period, Math.max(1, Math.floor(orders * grants))),
        certificatesPerRegisteredDomain: per(days(7), 50),
        renewalExemption: days(120),
      },
      model: (name, now) => {
        const fate = fateOf(name);
        const isRight = fate === "right" || (fate === "later" && now >= rightFrom);
        return isRight ? { kind: "right" } : { kind: "wrong", how: "dns" };
      },
      lookup: { leastSeconds: 0, mostSeconds: 5 },
      seed: 1,
    }),
  }));
  const simulation = new Simulation({
    startsAt,
    cas: cas.map(({ id, rule, ca }) => ({
      id,
      accountId: id,
      weight: 50,
      limitSet: "letsencrypt",
      overrides: [{ limit: "new-orders-per-account", key: null, rule, startsAt: instant(0) }],
      mostOrdersInFlight: situation.mostInFlight,
      ca: watched(ca, asked),
    })),
    isPaired: situation.isPaired,
    list: named("list", list, shared ? "shared.example" : null),
    fateOf,
    rightFrom,
    checksFirst,
    customers: customers === null ? null : { every: customers, names: named("new", 1_000) },
    existing: Array.from(named("old", existing), (each, index) => {
      const notBefore = instant(startsAt - days(60) + index * hours(5));
      return { ...each, notBefore, notAfter: after(notBefore, days(90)), countsAsNew: index % 4 === 0 };
    }),
    pace: { window: null, perHour },
    mostFailed: 0.5,
    renewalSpreadDays: 15,
    weather: [
      {
        at: after(startsAt, hours(outage.from)),
        act: () => {
          cas[0]?.ca.setOutage(outage.hours > 0);
        },
      },
      {
        at: after(startsAt, hours(outage.from + outage.hours)),
        act: () => {
          cas[0]?.ca.setOutage(false);
        },
      },
    ],
  });
  return { simulation, cas };
}

function watched(inner: InProcessCa, asked: (now: Instant) => void): SimulatedCa {
  const ca: SimulatedCa = inner;
  return {
    newOrder: (names, now, replaced) => {
      asked(now);
      return ca.newOrder(names, now, replaced);
    },
    validate: (order, now) => {
      asked(now);
      return ca.validate(order, now);
    },
    look: (order, now) => {
      asked(now);
      return ca.look(order, now);
    },
    finalize: (order, now) => {
      asked(now);
      return ca.finalize(order, now);
    },
    hasIssued: (names, at) => {
      ca.hasIssued(names, at);
    },
    counts: (now) => ca.counts(now),
  };
}

const end = after(startsAt, days(40));

function run(situation: Situation) {
  let last = startsAt as number;
  let isOrdered = true;
  const { simulation, cas } = setUp(situation, (now) => {
    isOrdered &&= now >= last;
    last = now;
  });
  simulation.advanceTo(end);
  const { journal, pauses } = simulation;
  return {
    simulation,
    cas,
    journal,
    isOrdered,
    outcome: outcomeOf({ journal, now: end, pauses, troubles: [] }),
  };
}

test("time never goes back, and stands at the end", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { simulation, isOrdered } = run(situation);
      expect(isOrdered).toBe(true);
      expect(simulation.now).toBe(end);
    }),
    { numRuns: 30 },
  );
});

test("the same terms have the same outcome, in one go or in steps", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { outcome } = run(situation);
      const { simulation } = setUp(situation, () => {});
      for (let steps = 0; simulation.now < end; ) {
        simulation.advanceTo(end, () => {
          steps += 1;
          return steps % 7 === 0;
        });
      }
      const { journal, pauses } = simulation;
      expect(outcomeOf({ journal, now: end, pauses, troubles: [] })).toEqual(outcome);
    }),
    { numRuns: 30 },
  );
});

test("every order is accounted for: issued, failed or in flight", () => {
  fc.assert(
    fc.property(situations, (situation) => {
      const { journal, outcome } = run(situation);
      const { first, split, retries, second, customers, renewals } = journal.orders;
      const failed = Object.values(outcome.failures).reduce((sum, count) => sum + count, 0);
      const { issued: certificates } = journal;
      const issued =
        certificates.first + certificates.second + certificates.customers + certificates.renewals;
      const inFlight = journal.cas.reduce((sum, ca) => sum + ca.inFlight, 0);
      const all = first + split + retries + second + customers + renewals;
      expect(issued + failed + inFlight).toBe(all);
      expect(journal.days.reduce((sum, { orders, beside }) => sum + orders + beside, 0)).toBe(all);
      expect(outcome.enrolled).toBeLessThanOrEqual(outcome.issuable);
    }),
    { numRuns: 30 },
  );
});

test("a CA that does as we believe never refuses, and whoever can gets a certificate", () => {
  fc.assert(
    fc.property(situations, (given) => {
      const cas = given.cas.map((ca) => ({ ...ca, grants: 1 }));
      const { outcome } = run({ ...given, cas, customers: null });
      expect(outcome.refusals).toEqual({});
      expect(outcome.avoidableRefusals).toBe(0);
      expect(outcome.enrolled).toBe(outcome.issuable);
      expect(outcome.certificates).toBe(outcome.issuable * (given.isPaired ? 2 : 1));
      expect(outcome.expired).toBe(0);
    }),
    { numRuns: 30 },
  );
});
