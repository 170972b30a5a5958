import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ComparedFinding, Finding } from "../check/finding.ts";
import { noChecks } from "../check/recheck.ts";
import { retryAt } from "../schedule/retry.ts";
import { after, days, hours, instant, minutes } from "../time/instant.ts";
import { type CheckFacts, type CheckOutcome, lookEvery, outcomeOfCheck } from "./after-check.ts";
import { usualLife } from "./life-policy.ts";
import { type LifeState, lifeStates } from "./life-state.ts";

const start = instant(Date.parse("2026-11-22T12:00:00Z"));
const elsewhere: Finding = {
  code: "points-elsewhere",
  weight: "fault",
  name: "a.example",
  where: null,
  expected: [],
  found: ["198.51.100.1"],
  ca: null,
  seenFrom: [],
};
const probe: Finding = { ...elsewhere, code: "probe-status" };

const facts = (state: LifeState, more: Partial<CheckFacts> = {}): CheckFacts => ({
  state,
  names: ["a.example"],
  hasCertificate: ["active", "failing", "moved"].includes(state),
  holdsOrder: false,
  awaitsNames: false,
  isMendable: true,
  failures: 1,
  triedSince: start,
  memory: noChecks,
  awaySince: null,
  leavesAt: null,
  asked: false,
  ...more,
});
const failing = { ...noChecks, failing: 3, failingSince: start };
const outcome = (of: CheckFacts, findings: readonly Finding[], now = start): CheckOutcome =>
  outcomeOfCheck(of, findings, { policy: usualLife, now });

describe("what failed", () => {
  test.each(["waiting", "failing", "failed"] as const)(
    "a %s one is ordered when its check turns right",
    (state) => {
      expect(outcome(facts(state, { memory: failing }), [])).toMatchObject({
        order: true,
        memory: { failing: 0, failingSince: null },
      });
    },
  );

  test.each(["waiting", "failing", "failed"] as const)(
    "a %s one that was right all along waits for its time",
    (state) => {
      expect(outcome(facts(state), []).order).toBe(false);
      expect(outcome(facts(state, { asked: true }), []).order).toBe(true);
      // What another has to put right is not put right by DNS.
      expect(outcome(facts(state, { asked: true, isMendable: false }), []).order).toBe(false);
    },
  );

  test("it is checked by the published steps, and each minute where addresses are wrong", () => {
    const told = outcome(facts("failing", { memory: failing }), [elsewhere]);
    expect(told).toMatchObject({
      recheckAt: after(start, minutes(10)),
      rank: 0,
      watched: true,
      order: false,
    });
    expect(outcome(facts("waiting"), [probe])).toMatchObject({
      recheckAt: after(start, minutes(1)),
      watched: false,
    });
    expect(outcome(facts("waiting", { memory: failing, asked: true }), [probe]).recheckAt).toBe(
      after(start, minutes(1)),
    );
  });

  test("name servers that disagree bring three tries more than the steps, and then one a day", () => {
    const tries = [start];
    let memory: CheckFacts["memory"] = noChecks;
    let triesAt = after(start, minutes(1));
    for (let minute = 1; minute < 6 * 24 * 60; minute++) {
      const now = after(start, minutes(minute));
      const facing = facts("failing", { failures: tries.length, memory });
      const seen = outcome(facing, minute % 2 === 0 ? [] : [elsewhere], now);
      memory = seen.memory;
      if (!seen.order && now < triesAt) continue;
      tries.push(now);
      const failed = { attempt: tries.length, givesUpAt: after(start, days(100)) };
      triesAt = retryAt({ code: "dns", detail: "", retryAt: null }, failed, now) ?? triesAt;
    }
    const byDay = Map.groupBy(tries, (at) => Math.floor((at - start) / days(1)));
    expect([...byDay.values()].map(({ length }) => length)).toEqual([7, 1, 1, 1, 1, 1]);
  });

  test("what has failed for days is ordered as soon as its check turns right", () => {
    const tried = { failures: 8, triedSince: instant(start - days(5)), memory: failing };
    expect(outcome(facts("failing", tried), []).order).toBe(true);
  });

  test("what was given up is checked once a day", () => {
    expect(outcome(facts("failed", { memory: failing }), [elsewhere])).toMatchObject({
      recheckAt: after(start, lookEvery),
      rank: 2,
      watched: false,
    });
  });
});

describe("what leads elsewhere", () => {
  /** One check a day, from the first that finds it away. */
  function daily(
    state: LifeState,
    found: (day: number) => readonly Finding[],
    count: number,
  ): CheckOutcome[] {
    let awaySince: CheckFacts["awaySince"] = null;
    return Array.from({ length: count }, (_, day) => {
      const told = outcome(facts(state, { awaySince }), found(day), after(start, days(day)));
      awaySince = told.awaySince;
      return told;
    });
  }

  test.each(["active", "failing"] as const)("moves when %s after seven days of it", (state) => {
    expect(daily(state, () => [elsewhere], 8).map(({ move }) => move)).toEqual([
      ...Array(7).fill(null),
      "away",
    ]);
  });

  test("a day here begins anew, a day of silence neither ends nor completes it", () => {
    expect(
      daily("active", (day) => (day === 5 ? [] : [elsewhere]), 12).some(({ move }) => move !== null),
    ).toBe(false);
    const silent: Finding = { ...elsewhere, code: "dns-failed" };
    const told = daily("active", (day) => (day === 3 || day === 7 ? [silent] : [elsewhere]), 9);
    expect(told.map(({ move }) => move)).toEqual([...Array(8).fill(null), "away"]);
  });

  test("what has moved comes back, or goes when its time is over", () => {
    const leavesAt = after(start, days(30));
    const moved = facts("moved", { awaySince: start, leavesAt });
    expect(outcome(moved, [elsewhere])).toMatchObject({ move: null, recheckAt: after(start, lookEvery) });
    expect(outcome(moved, [])).toMatchObject({ move: "back", awaySince: null });
    expect(outcome(moved, [elsewhere], leavesAt)).toMatchObject({ move: "gone", recheckAt: null });
    expect(outcome(moved, [{ ...elsewhere, code: "dns-failed" }], after(leavesAt, hours(1))).move).toBe(
      "gone",
    );
  });

  test("what is proven by DNS records has left when its proof leads here no more, for seven days", () => {
    const before = { found: ["a.example.acme.test"], where: null, until: start };
    const gone: ComparedFinding = { ...elsewhere, code: "delegation-missing", before };
    expect(daily("active", () => [gone], 8).map(({ move }) => move)).toEqual([
      ...Array(7).fill(null),
      "away",
    ]);
    expect(daily("moved", () => [], 1)).toMatchObject([{ move: "back" }]);
    // A zone of the operator's was taken away: the customer's record is what it was.
    const same: ComparedFinding = { ...gone, before: null };
    expect(daily("active", () => [same], 30).some(({ move }) => move !== null)).toBe(false);
  });

  test("what never had a certificate has nothing to move", () => {
    const away = { awaySince: start, memory: failing };
    expect(outcome(facts("waiting", away), [elsewhere], after(start, days(30)))).toMatchObject({
      move: null,
      awaySince: null,
    });
  });
});

describe("names that were added to a certificate", () => {
  const held = facts("active", { holdsOrder: true, awaitsNames: true });

  test("wait for their check by the steps of a first order, and are ordered when it is right", () => {
    expect(outcome(held, [elsewhere])).toMatchObject({
      order: false,
      recheckAt: after(start, minutes(1)),
      rank: 0,
      watched: true,
    });
    expect(outcome(held, [])).toMatchObject({ order: true, recheckAt: null });
  });

  test("a certificate that came meanwhile by itself ends the wait of a first order", () => {
    expect(outcome({ ...held, awaitsNames: false }, [])).toMatchObject({ order: false, recheckAt: null });
  });
});

const anyFacts = fc.record<CheckFacts>({
  state: fc.constantFrom(...lifeStates),
  names: fc.constant(["a.example"]),
  hasCertificate: fc.boolean(),
  holdsOrder: fc.boolean(),
  awaitsNames: fc.boolean(),
  isMendable: fc.boolean(),
  failures: fc.nat(10),
  triedSince: fc.option(fc.constantFrom(start, instant(start - days(8)))),
  memory: fc.constantFrom(noChecks, failing),
  awaySince: fc.option(fc.constantFrom(start, instant(start - days(8)))),
  leavesAt: fc.option(fc.constantFrom(start, after(start, days(1)))),
  asked: fc.boolean(),
});
const anyFindings = fc.constantFrom<readonly Finding[]>([], [elsewhere], [probe]);

test("whatever it is: the next check lies ahead, a removed one has none, one that is served is looked at again", () => {
  fc.assert(
    fc.property(anyFacts, anyFindings, (of, findings) => {
      const { recheckAt, order, move, watched } = outcome(of, findings);
      if (recheckAt !== null) expect(recheckAt).toBeGreaterThan(start);
      if (of.state === "removed")
        expect({ recheckAt, order, move }).toEqual({ recheckAt: null, order: false, move: null });
      if (of.hasCertificate && !of.holdsOrder && of.state !== "removed" && move !== "gone")
        expect(recheckAt).not.toBeNull();
      if (of.state === "paused") expect(order && !of.holdsOrder).toBe(false);
      if (order) expect(move).toBeNull();
      if (watched) expect(recheckAt).not.toBeNull();
    }),
  );
});
