/** What holds for every state, every input and every path. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  terms as anyTerms,
  faultsOf,
  inputs,
  instants,
  liveStates,
  unhelpfulInputs,
} from "../../test/issuance-arbitraries.ts";
import { failures } from "../failure/failure-code.ts";
import { after, between, hours, type Instant, instant } from "../time/instant.ts";
import { advance } from "./advance.ts";
import type { Decision, StepDone } from "./decision.ts";
import type { IssuanceInput } from "./input.ts";
import type { IssuanceTerms } from "./move.ts";
import { mostFaults, mostFaultsBeforeOrder } from "./pace.ts";
import { isLive, type LiveState, planned } from "./state.ts";

const orderOf = (state: LiveState) => (state.kind === "planned" ? null : state.order);

/** Runs `check` on whatever is decided, for any state and input. */
function everyDecision(check: (decision: Decision, from: LiveState, now: Instant) => void): void {
  fc.assert(
    fc.property(liveStates, inputs, anyTerms, instants, (from, input, terms, now) => {
      const decision = advance(from, input, terms, now);
      if (decision !== null) check(decision, from, now);
    }),
    { numRuns: 2_000 },
  );
}

describe("every decision", () => {
  test("is the same for a state that was stored and read again", () => {
    fc.assert(
      fc.property(liveStates, inputs, anyTerms, instants, (from, input, terms, now) => {
        const decision = advance(from, input, terms, now);
        const stored: LiveState = JSON.parse(JSON.stringify(from));
        expect(advance(stored, input, terms, now)).toEqual(decision);
        expect(JSON.parse(JSON.stringify(decision))).toEqual(decision);
      }),
    );
  });

  test("looks again between now and an hour from now", () => {
    everyDecision(({ state }, _from, now) => {
      if (!isLive(state)) return;
      expect(state.wakeAt).toBeGreaterThanOrEqual(now);
      expect(state.wakeAt).toBeLessThanOrEqual(after(now, hours(1)));
    });
  });

  test("keeps the order it has", () => {
    everyDecision(({ state }, from) => {
      const order = orderOf(from);
      if (isLive(state) && order !== null) expect(orderOf(state)).toEqual(order);
    });
  });

  test("takes no time that is negative, even where a clock was behind", () => {
    everyDecision(({ done }, { since }, now) => {
      for (const { took } of done) expect(took).toBe(between(since, now));
      for (const { took } of done) expect(took).toBeGreaterThanOrEqual(0);
    });
  });

  test("publishes what is going to be posted, and nothing else", () => {
    everyDecision(({ state, publish }) => {
      if (publish.length > 0)
        expect(state).toMatchObject({
          kind: expect.stringMatching(/^(challenging|publishing)$/),
          challenges: publish,
        });
    });
  });

  test("that ends without a certificate has a cause, and a time to try again unless it is given up or only a person can help", () => {
    fc.assert(
      fc.property(liveStates, inputs, anyTerms, instants, (from, input, terms, now) => {
        const decision = advance(from, input, terms, now);
        if (decision?.state.kind !== "abandoned") return;
        const { state, fault, done } = decision;
        expect(state).toMatchObject({ cause: fault?.code, detail: fault?.detail });
        expect(done).toEqual([]);
        const { recovery, party } = failures[state.cause];
        const isLast = recovery === "end" || (party === "customer" && now >= terms.givesUpAt);
        if (isLast) expect(state.retryAt).toBeNull();
        else expect(state.retryAt).toBeGreaterThan(now);
      }),
      { numRuns: 2_000 },
    );
  });
});

test("a fault that a pause cures keeps the issuance where it is, until there were too many", () => {
  fc.assert(
    fc.property(liveStates, faultsOf("wait"), anyTerms, instants, (from, fault, terms, now) => {
      const decision = advance(from, { kind: "fault", fault }, terms, now);
      expect(decision?.fault).toEqual(fault);
      const faults = from.faults + 1;
      if (faults > (from.kind === "planned" ? mostFaultsBeforeOrder : mostFaults))
        expect(decision?.state).toMatchObject({ kind: "abandoned", cause: fault.code });
      else expect(decision?.state).toEqual({ ...from, faults, wakeAt: expect.any(Number) });
    }),
  );
});

/** In the order they happen; `challenge.published` and `validated` are left out when all is valid already. */
const steps: readonly StepDone["kind"][] = [
  "order.created",
  "challenge.published",
  "challenge.propagated",
  "validated",
  "finalized",
  "certificate.stored",
];

/** More than the slowest CA can bring about: a day of `processing` with faults between all polls. */
const mostDecisions = 10_000;

/** Follows an issuance from its first state to its end; each look comes exactly when it is due. */
function walk(inputs: Iterable<IssuanceInput>, terms: IssuanceTerms): readonly Decision[] {
  const begun = instant(1_790_000_000_000);
  const path: Decision[] = [];
  let state: LiveState = planned(begun);
  for (const input of inputs) {
    const decision = advance(state, input, terms, state.wakeAt);
    if (decision === null) continue;
    path.push(decision);
    if (!isLive(decision.state)) return path;
    if (path.length > mostDecisions) break;
    state = decision.state;
  }
  throw new Error(`still ${state.kind} after ${path.length} decisions`);
}

const isSubsequence = (part: readonly string[], whole: readonly string[]): boolean => {
  let place = 0;
  for (const item of part) {
    place = whole.indexOf(item, place) + 1;
    if (place === 0) return false;
  }
  return true;
};

describe("every path", () => {
  test("ends, does each step once and in order, and publishes once", () => {
    fc.assert(
      fc.property(fc.infiniteStream(inputs), anyTerms, (told, terms) => {
        const path = walk(told, terms);
        const kinds = path.flatMap(({ done }) => done.map(({ kind }) => kind));
        expect(isSubsequence(kinds, steps), kinds.join(", ")).toBe(true);
        expect(path.filter(({ publish }) => publish.length > 0).length).toBeLessThanOrEqual(1);
        expect(path.at(-1)?.state.kind === "issued").toBe(kinds.includes("certificate.stored"));
      }),
      { numRuns: 500 },
    );
  });

  test("ends even with a CA that never says yes or no", () => {
    fc.assert(
      fc.property(fc.infiniteStream(unhelpfulInputs), anyTerms, (told, terms) => {
        expect(walk(told, terms).at(-1)?.state).toMatchObject({ kind: "abandoned" });
      }),
    );
  });

  test("ends even with a CA that goes to and fro between ready and processing", () => {
    const terms = { names: [], challenge: null, failuresBefore: 0, givesUpAt: instant(2_000_000_000_000) };
    const order = {
      url: "/1",
      finalizeUrl: "/1/f",
      authorizationUrls: [],
      names: [],
      certificateUrl: null,
      replaces: false,
    };
    function* toAndFro(): Generator<IssuanceInput> {
      yield { kind: "order", order: { ...order, status: "ready", problem: null }, retryAt: null };
      yield { kind: "keyed" };
      for (;;) {
        yield { kind: "order", order: { ...order, status: "processing", problem: null }, retryAt: null };
        yield { kind: "order", order: { ...order, status: "ready", problem: null }, retryAt: null };
      }
    }
    expect(walk(toAndFro(), terms).at(-1)?.state).toMatchObject({ kind: "abandoned", cause: "ca-slow" });
  });
});
