import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { after, type Instant, instant, minutes, seconds } from "../time/instant.ts";
import {
  admits,
  beginProbe,
  type CaOutcome,
  freshHealth,
  type Health,
  healthOf,
  observe,
  probeAt,
} from "./breaker.ts";

const start = instant(1_790_000_000_000);

/** Observes one outcome each `gap` milliseconds, the first at `start`. */
const observed = (outcomes: readonly CaOutcome[], gap = 0): Health =>
  outcomes.reduce((health, outcome, n) => observe(health, outcome, instant(start + n * gap)), freshHealth);

const times = (n: number, outcome: CaOutcome): readonly CaOutcome[] => Array(n).fill(outcome);

/** Opened at `start` by five failures. */
const opened = observed(times(5, "failed"));

describe("opening", () => {
  test.each<[string, readonly CaOutcome[], number, Health["state"]]>([
    ["four failures", times(4, "failed"), 0, "closed"],
    ["five failures", times(5, "failed"), 0, "open"],
    ["five failures, an hour between them", times(5, "failed"), minutes(60), "open"],
    ["four, an answer, four", [...times(4, "failed"), "answered", ...times(4, "failed")], 0, "closed"],
    ["five of ten", [...times(5, "answered"), ...times(5, "failed")], 0, "closed"],
    ["six of eleven", [...times(5, "answered"), ...times(6, "failed")], 0, "open"],
    ["five in a row after many answers", [...times(50, "answered"), ...times(5, "failed")], 0, "closed"],
    [
      "failures that are long forgotten",
      [...times(4, "failed"), ...times(2, "answered")],
      minutes(20),
      "closed",
    ],
    [
      "answers that are long forgotten",
      [...times(6, "answered"), ...times(5, "failed")],
      minutes(20),
      "open",
    ],
  ])("%s", (_, outcomes, gap, state) => {
    expect(observed(outcomes, gap).state).toBe(state);
  });

  test("an observation counts half after a minute, and a clock behind the last one changes nothing of that", () => {
    const health = observe(observed(["answered"]), "failed", after(start, minutes(1)));
    expect(health).toMatchObject({ answered: 0.5, failed: 1 });
    expect(observe(health, "failed", start)).toMatchObject({ answered: 0.5, failed: 2, at: health.at });
  });

  test("a third failing opens nothing at any rate; two thirds do, where there is enough to tell", () => {
    const mixed = (most: CaOutcome, few: CaOutcome): readonly CaOutcome[] =>
      Array.from({ length: 60 }, (_, n) => (n % 3 === 0 ? few : most));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 3_000 }), (any, dense) => {
        expect(observed(mixed("answered", "failed"), any).state).toBe("closed");
        expect(observed(mixed("failed", "answered").slice(0, 20), dense).state).toBe("open");
      }),
    );
  });
});

describe("open", () => {
  test("nothing for 30 seconds, then a probe, and nothing beside it", () => {
    expect(probeAt(opened)).toBe(start + seconds(30));
    expect(admits(opened, instant(start + 29_999))).toBe("none");
    const due = after(start, seconds(30));
    expect(admits(opened, due)).toBe("probe");
    expect(beginProbe(opened, instant(due - 1))).toBe(opened);
    const probing = beginProbe(opened, due);
    expect(probing.state).toBe("probing");
    expect(admits(probing, due)).toBe("none");
    expect(beginProbe(probing, due)).toBe(probing);
  });

  test("a probe that is never heard of again makes room for the next after a minute", () => {
    const due = after(start, seconds(30));
    const probing = beginProbe(opened, due);
    expect(admits(probing, instant(due + 59_999))).toBe("none");
    expect(admits(probing, after(due, minutes(1)))).toBe("probe");
    expect(probeAt(probing)).toBe(due + minutes(1));
  });

  test("an answer to the probe admits all; what was counted before is forgotten", () => {
    const at = instant(start + 30_100);
    const closed = observe(beginProbe(opened, after(start, seconds(30))), "answered", at);
    expect(closed).toMatchObject({ state: "closed", answered: 1, failed: 0, failedInARow: 0 });
    expect([admits(closed, at), probeAt(closed)]).toEqual(["all", null]);
    expect(observe(closed, "failed", at).state).toBe("closed");
  });

  test("a failed probe doubles the time, up to 15 minutes", () => {
    let health = opened;
    const waits: number[] = [];
    for (let now = start, n = 0; n < 8; n += 1) {
      waits.push((health.openUntil - now) / 1_000);
      now = health.openUntil;
      health = observe(beginProbe(health, now), "failed", now);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
  });

  test("who opens again within 15 minutes goes on doubling; later it begins anew", () => {
    const reopenedAfter = (wait: number): number => {
      const closedAt = opened.openUntil;
      const closed = observe(opened, "answered", closedAt);
      const at = instant(closedAt + wait);
      return (
        times(5, "failed").reduce((health, outcome) => observe(health, outcome, at), closed).openUntil - at
      );
    };
    expect([minutes(1), minutes(14), minutes(15)].map(reopenedAfter)).toEqual([60_000, 60_000, 30_000]);
  });

  test("work of before the opening is only counted until a probe is due, then it is as good as one", () => {
    const early = observe(opened, "answered", instant(start + 10));
    expect(early).toMatchObject({ state: "open", openUntil: opened.openUntil, trips: 1 });
    expect(observe(early, "failed", instant(start + 20)).openUntil).toBe(opened.openUntil);
    expect(observe(opened, "answered", opened.openUntil).state).toBe("closed");
    expect(observe(opened, "failed", opened.openUntil)).toMatchObject({ state: "open", trips: 2 });
  });
});

const steps = fc.array(
  fc.record({
    wait: fc.oneof(fc.nat(2_000), fc.nat(1_200_000)),
    step: fc.constantFrom("answered", "failed", "probe"),
  }),
  { maxLength: 80 },
);

test("whatever happens: one probe at a time, never shut for over 15 minutes, closed by answers alone", () => {
  fc.assert(
    fc.property(steps, (history) => {
      let health: Health = freshHealth;
      let now: Instant = start;
      for (const { wait, step } of history) {
        now = instant(now + wait);
        const before = health;
        health = step === "probe" ? beginProbe(health, now) : observe(health, step, now);
        const next = probeAt(health);
        if (next !== null) expect(next - now).toBeLessThanOrEqual(minutes(15));
        if (step === "probe" && admits(before, now) === "probe") expect(admits(health, now)).toBe("none");
        if (step !== "answered" && admits(before, now) !== "all") expect(admits(health, now)).not.toBe("all");
        if (next !== null) expect(admits(health, next)).toBe("probe");
        expect(healthOf(JSON.parse(JSON.stringify(health)))).toEqual(health);
      }
    }),
  );
});

test("what is stored for a new CA, or is no health, is a fresh one", () => {
  for (const json of [{}, null, undefined, 7, "open", []]) expect(healthOf(json)).toEqual(freshHealth);
  expect(healthOf({ failed: "many", trips: -1, at: Number.NaN, state: "ajar" })).toEqual(freshHealth);
  expect(healthOf({ state: "open", openUntil: 5 })).toEqual({ ...freshHealth, state: "open", openUntil: 5 });
});
