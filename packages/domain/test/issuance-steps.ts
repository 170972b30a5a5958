/** One order's fixed facts, and the decisions that tests expect of it to the letter. */
import { advance } from "../src/issuance/advance.ts";
import type { Decision, StepDone } from "../src/issuance/decision.ts";
import type { IssuanceInput, OrderFacts } from "../src/issuance/input.ts";
import type { IssuanceState } from "../src/issuance/state.ts";
import { after, days, type Instant, instant, milliseconds, minutes } from "../src/time/instant.ts";

export const start = instant(1_790_000_000_000);
export const at = (wait: number): Instant => after(start, milliseconds(wait));
export const terms = {
  names: ["example.com", "www.example.com"],
  challenge: null,
  failuresBefore: 0,
  givesUpAt: instant(1_790_000_000_000 + days(7)),
};
const order = { url: "/order/1", finalizeUrl: "/order/1/finalize", authorizationUrls: ["/authz/1"] };

/** Of a state whose step has lasted: whatever the next one must set anew is out of date. */
export const worn = { order, since: start, wakeAt: at(1), faults: 3 };
/** Of a state that a step taken at `now` has just begun. */
export const fresh = (now: Instant) => ({ order, since: now, wakeAt: now, faults: 0 });

export const step = (state: IssuanceState, input: IssuanceInput, now: Instant): Decision | null =>
  advance(state, input, terms, now);

export function told(changes: Partial<OrderFacts>, retryAt: Instant | null = null): IssuanceInput {
  const facts: OrderFacts = {
    ...order,
    status: "pending",
    names: ["www.example.com", "EXAMPLE.com"],
    certificateUrl: null,
    replaces: false,
    problem: null,
    ...changes,
  };
  return { kind: "order", order: facts, retryAt };
}

export const moved = (state: IssuanceState, ...done: readonly StepDone[]): Decision => ({
  state,
  done,
  publish: [],
  fault: null,
});

export const done = (kind: StepDone["kind"], took: number): StepDone => ({ kind, took: milliseconds(took) });

/** For what is not the customer's doing; the first try again is a minute later. */
export function ended(cause: NonNullable<Decision["fault"]>["code"], detail: string, now: Instant): Decision {
  return {
    state: { kind: "abandoned", cause, detail, retryAt: after(now, minutes(1)) },
    done: [],
    publish: [],
    fault: { code: cause, detail, retryAt: null },
  };
}
