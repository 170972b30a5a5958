import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LifeEvent, type LifeState, lifeAfter, lifeEvents, lifeStates } from "./life-state.ts";

/** A column for each event; one word: whatever is held; two: with a certificate, without one. */
type Row = Readonly<Record<LifeEvent, LifeState | `${LifeState} ${LifeState}`>>;

/** A new state or event does not compile until it is here. */
const table: Readonly<Record<LifeState, Row>> = {
  waiting: {
    "order-begun": "issuing",
    "order-taken-back": "waiting",
    issued: "active",
    "attempt-failed": "waiting",
    "paused-by-ca": "paused",
    "paused-by-operator": "paused",
    unpaused: "waiting",
    "gave-up": "failed",
    resumed: "waiting",
    "names-left-out": "waiting",
    "moved-away": "waiting",
    "came-back": "waiting",
    removed: "removed",
  },
  issuing: {
    "order-begun": "issuing",
    "order-taken-back": "waiting",
    issued: "active",
    "attempt-failed": "waiting",
    "paused-by-ca": "paused",
    "paused-by-operator": "paused",
    unpaused: "issuing",
    "gave-up": "failed",
    resumed: "issuing",
    "names-left-out": "issuing",
    "moved-away": "issuing",
    "came-back": "issuing",
    removed: "removed",
  },
  active: {
    "order-begun": "active",
    "order-taken-back": "active",
    issued: "active",
    "attempt-failed": "failing",
    "paused-by-ca": "paused",
    "paused-by-operator": "paused",
    unpaused: "active",
    "gave-up": "failed",
    resumed: "active",
    "names-left-out": "active",
    "moved-away": "moved",
    "came-back": "active",
    removed: "removed",
  },
  failing: {
    "order-begun": "failing",
    "order-taken-back": "failing",
    issued: "active",
    "attempt-failed": "failing",
    "paused-by-ca": "paused",
    "paused-by-operator": "paused",
    unpaused: "failing",
    "gave-up": "failed",
    resumed: "failing",
    "names-left-out": "active",
    "moved-away": "moved",
    "came-back": "failing",
    removed: "removed",
  },
  paused: {
    "order-begun": "paused",
    "order-taken-back": "paused",
    issued: "active",
    "attempt-failed": "paused",
    "paused-by-ca": "paused",
    "paused-by-operator": "paused",
    unpaused: "active waiting",
    "gave-up": "paused",
    resumed: "failing waiting",
    "names-left-out": "active waiting",
    "moved-away": "moved paused",
    "came-back": "paused",
    removed: "removed",
  },
  failed: {
    "order-begun": "failed",
    "order-taken-back": "failed",
    issued: "active",
    "attempt-failed": "failed",
    "paused-by-ca": "failed",
    "paused-by-operator": "paused",
    unpaused: "failed",
    "gave-up": "failed",
    resumed: "failing waiting",
    "names-left-out": "active waiting",
    "moved-away": "moved failed",
    "came-back": "failed",
    removed: "removed",
  },
  moved: {
    "order-begun": "moved",
    "order-taken-back": "moved",
    issued: "active",
    "attempt-failed": "moved",
    "paused-by-ca": "moved",
    "paused-by-operator": "moved",
    unpaused: "moved",
    "gave-up": "moved",
    resumed: "active",
    "names-left-out": "moved",
    "moved-away": "moved",
    "came-back": "active",
    removed: "removed",
  },
  removed: {
    "order-begun": "removed",
    "order-taken-back": "removed",
    issued: "removed",
    "attempt-failed": "removed",
    "paused-by-ca": "removed",
    "paused-by-operator": "removed",
    unpaused: "removed",
    "gave-up": "removed",
    resumed: "removed",
    "names-left-out": "removed",
    "moved-away": "removed",
    "came-back": "removed",
    removed: "removed",
  },
};

describe.each(lifeStates)("%s", (state) => {
  test.each(lifeEvents)("%s", (event) => {
    const [held, none = held] = table[state][event].split(" ");
    expect(lifeAfter(state, event, { hasCertificate: true })).toBe(held);
    expect(lifeAfter(state, event, { hasCertificate: false })).toBe(none);
  });
});

/** Told one after the other, the certificate held from the first `issued` on. */
function live(events: readonly LifeEvent[]): { readonly state: LifeState; readonly hasCertificate: boolean } {
  let state: LifeState = "waiting";
  let hasCertificate = false;
  for (const event of events) {
    hasCertificate ||= event === "issued" && state !== "removed";
    state = lifeAfter(state, event, { hasCertificate });
  }
  return { state, hasCertificate };
}

const lives = fc.array(fc.constantFrom(...lifeEvents), { maxLength: 30 });

test("whatever happens, a state says truly whether a certificate is held", () => {
  fc.assert(
    fc.property(lives, (events) => {
      const { state, hasCertificate } = live(events);
      if (state === "active" || state === "failing" || state === "moved") expect(hasCertificate).toBe(true);
      if (state === "waiting" || state === "issuing") expect(hasCertificate).toBe(false);
    }),
  );
});

test("from wherever it is, all but a removed one becomes active by its owner's word and a certificate", () => {
  fc.assert(
    fc.property(lives, (events) => {
      const { state } = live([...events, "resumed", "order-begun", "issued"]);
      expect(state).toBe(events.includes("removed") ? "removed" : "active");
    }),
  );
});
