/** Exactly what each step stores. The table of what follows what is in advance.test.ts. */
import { describe, expect, test } from "vitest";
import { after, hours, type Instant, instant, milliseconds, minutes, seconds } from "../time/instant.ts";
import { advance } from "./advance.ts";
import type { Decision, StepDone } from "./decision.ts";
import type { AuthorizationFacts, IssuanceInput, OrderFacts } from "./input.ts";
import type { IssuanceState, LiveState, PendingChallenge } from "./state.ts";

const start = instant(1_790_000_000_000);
const at = (wait: number): Instant => after(start, milliseconds(wait));
const terms = { names: ["example.com", "www.example.com"], failuresBefore: 0 };
const order = { url: "/order/1", finalizeUrl: "/order/1/finalize", authorizationUrls: ["/authz/1"] };

/** Of a state whose step has lasted: whatever the next one must set anew is out of date. */
const worn = { order, since: start, wakeAt: at(1), faults: 3 };
/** Of a state that a step taken at `now` has just begun. */
const fresh = (now: Instant) => ({ order, since: now, wakeAt: now, faults: 0 });

const step = (state: IssuanceState, input: IssuanceInput, now: Instant): Decision | null =>
  advance(state, input, terms, now);

function told(changes: Partial<OrderFacts>, retryAt: Instant | null = null): IssuanceInput {
  const facts: OrderFacts = {
    ...order,
    status: "pending",
    names: ["www.example.com", "EXAMPLE.com"],
    certificateUrl: null,
    problem: null,
    ...changes,
  };
  return { kind: "order", order: facts, retryAt };
}

const moved = (state: IssuanceState, ...done: readonly StepDone[]): Decision => ({
  state,
  done,
  publish: [],
  fault: null,
});

const done = (kind: StepDone["kind"], took: number): StepDone => ({ kind, took: milliseconds(took) });

/** For what is not the customer's doing; the first try again is a minute later. */
function ended(cause: NonNullable<Decision["fault"]>["code"], detail: string, now: Instant): Decision {
  return {
    state: { kind: "abandoned", cause, detail, retryAt: after(now, minutes(1)) },
    done: [],
    publish: [],
    fault: { code: cause, detail, retryAt: null },
  };
}

describe("planned", () => {
  const planned: LiveState = { kind: "planned", since: start, wakeAt: at(1), faults: 3 };
  const now = at(50);
  const created = done("order.created", 50);

  test("a new order is kept by its URLs, and what is next is due at once", () => {
    expect(step(planned, told({}), now)).toEqual(moved({ kind: "ordered", ...fresh(now) }, created));
    expect(step(planned, told({ status: "ready" }), now)).toEqual(
      moved({ kind: "ready", ...fresh(now) }, created),
    );
  });

  test("an order that is invalid from the start takes its own error along", () => {
    expect(step(planned, told({ status: "invalid", problem: "no" }), now)).toEqual(
      moved({ kind: "diagnosing", ...fresh(now), problem: "no" }, created),
    );
  });

  test("an order for other names is not used", () => {
    const names = ["example.com", "example.net"];
    const detail = "The order is for example.com, example.net.";
    expect(step(planned, told({ names }), now)).toEqual(ended("names-differ", detail, now));
  });

  test.each(["processing", "valid"] as const)("a new order that is %s is not ours", (status) => {
    const detail = `The new order is ${status} already.`;
    expect(step(planned, told({ status }), now)).toEqual(ended("order-not-ours", detail, now));
  });
});

describe("ordered", () => {
  const ordered: LiveState = { kind: "ordered", ...worn };
  const now = at(70);

  const authorization = (
    identifier: string,
    changes: Partial<AuthorizationFacts> = {},
  ): AuthorizationFacts => ({
    url: `/authz/${identifier}`,
    identifier,
    status: "pending",
    http01: { url: `/challenge/${identifier}`, token: `token-${identifier}`, status: "pending" },
    problem: null,
    ...changes,
  });
  const challenge = (identifier: string): PendingChallenge => ({
    identifier,
    authorizationUrl: `/authz/${identifier}`,
    challengeUrl: `/challenge/${identifier}`,
    token: `token-${identifier}`,
  });
  const read = (...authorizations: readonly AuthorizationFacts[]) =>
    step(ordered, { kind: "authorizations", authorizations }, now);
  const withChallenge = (status: "processing" | "valid" | "invalid") =>
    authorization("b", { http01: { url: "/challenge/b", token: "token-b", status } });

  function published(...challenges: readonly PendingChallenge[]): Decision {
    return {
      state: { kind: "challenging", ...fresh(now), challenges },
      done: [done("challenge.published", 70)],
      publish: challenges,
      fault: null,
    };
  }

  test("the challenge of each pending authorization is published and will be posted", () => {
    expect(read(authorization("a"), authorization("b"))).toEqual(published(challenge("a"), challenge("b")));
  });

  test("an authorization that is valid already is skipped", () => {
    const valid = authorization("a", { status: "valid", http01: null });
    expect(read(valid, authorization("b"))).toEqual(published(challenge("b")));
    expect(read(valid)).toEqual(moved({ kind: "validating", ...fresh(now), polls: 0 }));
  });

  test("a challenge that is being processed for an earlier order is published again", () => {
    expect(read(authorization("a"), withChallenge("processing"))).toEqual(
      published(challenge("a"), challenge("b")),
    );
  });

  test.each(["valid", "invalid"] as const)("a challenge that is %s is not answered again", (status) => {
    expect(read(authorization("a"), withChallenge(status))).toEqual(published(challenge("a")));
  });

  test("nothing is published when one of the authorizations offers no HTTP-01", () => {
    const decision = read(authorization("a"), authorization("b", { http01: null }));
    expect(decision).toEqual({
      state: { kind: "abandoned", cause: "challenge-not-offered", detail: "b", retryAt: null },
      done: [],
      publish: [],
      fault: { code: "challenge-not-offered", detail: "b", retryAt: null },
    });
  });

  test.each(["invalid", "deactivated", "expired", "revoked"] as const)(
    "an authorization that is %s ends it",
    (status) => {
      const detail = `b: authorization ${status}`;
      expect(read(authorization("a"), authorization("b", { status }))).toEqual(
        ended("order-invalid", detail, now),
      );
    },
  );

  test("the failed authorization's own problem is the cause, with the name it is about", () => {
    const problem = { type: "serverInternal", status: 500, detail: "late", retryAt: at(99) };
    expect(read(authorization("b", { status: "invalid", problem }))).toEqual(
      ended("validation-timeout", "b: late", now),
    );
  });
});

describe("challenging", () => {
  test("once posted, the CA has its time from then on, and is asked after a moment", () => {
    const state: LiveState = { kind: "challenging", ...worn, challenges: [] };
    const now = after(start, hours(1));
    expect(step(state, { kind: "challenged" }, now)).toEqual(
      moved({ kind: "validating", ...fresh(now), wakeAt: after(now, milliseconds(300)), polls: 0 }),
    );
  });
});

describe("validating", () => {
  const validating: LiveState = { kind: "validating", ...worn, polls: 2 };

  test("a pending order is polled again, for as long as the step lasts", () => {
    expect(step(validating, told({}), at(2_000))).toEqual(
      moved({ ...validating, faults: 0, polls: 3, wakeAt: at(4_000) }),
    );
  });

  test("the CA may ask for a later poll", () => {
    expect(step(validating, told({}, at(9_000)), at(2_000))).toEqual(
      moved({ ...validating, faults: 0, polls: 3, wakeAt: at(9_000) }),
    );
  });

  test("the CA has ten minutes, to the millisecond", () => {
    const deadline = after(start, minutes(10));
    expect(step(validating, told({}), instant(deadline - 1))?.state.kind).toBe("validating");
    expect(step(validating, told({}), deadline)).toEqual(
      ended("validation-timeout", "The order is still pending.", deadline),
    );
  });

  test("a ready order ends the validation", () => {
    const now = after(start, minutes(11));
    expect(step(validating, told({ status: "ready" }), now)).toEqual(
      moved({ kind: "ready", ...fresh(now) }, done("validated", minutes(11))),
    );
  });

  test("an invalid order is looked into at once", () => {
    expect(step(validating, told({ status: "invalid", problem: "no" }), at(2_000))).toEqual(
      moved({ kind: "diagnosing", ...fresh(at(2_000)), since: start, problem: "no" }),
    );
  });

  test.each(["processing", "valid"] as const)(
    "an order that is %s was finalized by someone else",
    (status) => {
      const detail = `The order is ${status} before we finalized it.`;
      expect(step(validating, told({ status }), at(2_000))).toEqual(
        ended("order-not-ours", detail, at(2_000)),
      );
    },
  );
});

describe("ready", () => {
  test("once the key is stored, finalize is due at once; its duration includes the key's making", () => {
    expect(step({ kind: "ready", ...worn }, { kind: "keyed" }, at(30))).toEqual(
      moved({ kind: "finalizing", ...fresh(at(30)), since: start }),
    );
  });
});

describe("finalizing and processing", () => {
  const finalizing: LiveState = { kind: "finalizing", ...worn };
  const processing: LiveState = { kind: "processing", ...worn, polls: 2 };
  const both = [finalizing, processing];

  test.each(both)("$kind: a valid order's certificate is due at once", (state) => {
    expect(step(state, told({ status: "valid", certificateUrl: "/certificate/1" }), at(900))).toEqual(
      moved(
        { kind: "downloading", ...fresh(at(900)), certificateUrl: "/certificate/1" },
        done("finalized", 900),
      ),
    );
  });

  test.each(both)("$kind: a valid order without a certificate's URL is a fault to wait out", (state) => {
    expect(step(state, told({ status: "valid" }), at(900))).toEqual({
      state: { ...state, faults: 4, wakeAt: at(900 + 8_000) },
      done: [],
      publish: [],
      fault: { code: "ca-error", detail: "The order is valid but names no certificate.", retryAt: null },
    });
  });

  test("the polls begin anew with processing, and are counted from then on", () => {
    const told3s = told({ status: "processing" }, at(3_900));
    const next = { ...fresh(at(900)), since: start, kind: "processing" } as const;
    expect(step(finalizing, told({ status: "processing" }), at(900))).toEqual(
      moved({ ...next, polls: 0, wakeAt: at(1_200) }),
    );
    expect(step(processing, told({ status: "processing" }), at(900))).toEqual(
      moved({ ...next, polls: 3, wakeAt: at(2_900) }),
    );
    expect(step(processing, told3s, at(900))).toEqual(moved({ ...next, polls: 3, wakeAt: at(3_900) }));
  });

  test.each(both)("$kind: the CA has a day to issue, to the millisecond", (state) => {
    const deadline = after(start, hours(24));
    expect(step(state, told({ status: "processing" }), instant(deadline - 1))?.state.kind).toBe("processing");
    expect(step(state, told({ status: "processing" }), deadline)).toEqual(
      ended("ca-slow", "The order is still processing.", deadline),
    );
  });

  test.each(both)(
    "$kind: an order that is not final is finalized again after a pause, as a fault",
    (state) => {
      expect(step(state, told({ status: "ready" }), at(900))).toEqual({
        state: { kind: "finalizing", ...worn, faults: 4, wakeAt: at(900 + 8_000) },
        done: [],
        publish: [],
        fault: { code: "order-not-ready", detail: "The order is ready after finalize.", retryAt: null },
      });
    },
  );

  test.each(both)("$kind: an invalid order is looked into at once", (state) => {
    expect(step(state, told({ status: "invalid", problem: "no" }), at(900))).toEqual(
      moved({ kind: "diagnosing", ...fresh(at(900)), since: start, problem: "no" }),
    );
  });
});

describe("downloading", () => {
  const downloading: LiveState = { kind: "downloading", ...worn, certificateUrl: "/certificate/1" };
  const read = (names: readonly string[], matchesKey: boolean) =>
    step(downloading, { kind: "certificate", certificate: { names, matchesKey } }, at(40));

  test("a certificate for our key and names ends the issuance", () => {
    expect(read(["www.example.com", "example.com"], true)).toEqual(
      moved({ kind: "issued" }, done("certificate.stored", 40)),
    );
  });

  test("one for another key or other names is not used", () => {
    expect(read(terms.names, false)).toEqual(
      ended("certificate-unusable", "The certificate is for another key.", at(40)),
    );
    expect(read(["example.com", "example.net"], true)).toEqual(
      ended("names-differ", "The certificate is for example.com, example.net.", at(40)),
    );
  });
});

describe("diagnosing", () => {
  const fine: AuthorizationFacts = {
    url: "/authz/1",
    identifier: "example.com",
    status: "valid",
    http01: null,
    problem: null,
  };
  const diagnose = (problem: string | null, ...authorizations: readonly AuthorizationFacts[]) =>
    step({ kind: "diagnosing", ...worn, problem }, { kind: "authorizations", authorizations }, at(40));

  test("the first authorization with a problem is the cause, with the name it is about", () => {
    const problem = { type: "rateLimited", status: 429, detail: "too many", retryAt: null };
    const failed = { ...fine, identifier: "www.example.com", problem };
    const other = { ...failed, identifier: "a.example.com", problem: { ...problem, type: "dns" } };
    expect(diagnose("no", fine, failed, other)).toEqual(
      ended("rate-limited", "www.example.com: too many", at(40)),
    );
  });

  test("where none has one, the order's own error speaks, or we do", () => {
    expect(diagnose("the order's words", fine)).toEqual(ended("order-invalid", "the order's words", at(40)));
    expect(diagnose(null)).toEqual(ended("order-invalid", "The order is invalid.", at(40)));
  });
});

describe("faults", () => {
  const state: LiveState = { kind: "downloading", ...worn, certificateUrl: "/certificate/1" };
  const busy = (retryAt: Instant | null): IssuanceInput => ({
    kind: "fault",
    fault: { code: "ca-busy", detail: "busy", retryAt },
  });

  test("one that a pause cures keeps everything but the next try and the count", () => {
    expect(step(state, busy(null), at(40))).toEqual({
      state: { ...state, faults: 4, wakeAt: at(40 + 8_000) },
      done: [],
      publish: [],
      fault: { code: "ca-busy", detail: "busy", retryAt: null },
    });
  });

  test("the CA may ask for a longer pause", () => {
    expect(step(state, busy(at(60_000)), at(40))?.state).toEqual({ ...state, faults: 4, wakeAt: at(60_000) });
  });

  test("the fifteenth in a row is endured, the sixteenth ends the issuance", () => {
    expect(step({ ...state, faults: 14 }, busy(null), at(40))?.state).toMatchObject({ faults: 15 });
    expect(step({ ...state, faults: 15 }, busy(null), at(40))).toEqual(ended("ca-busy", "busy", at(40)));
  });

  test("how often the lineage has failed before sets how soon it tries again", () => {
    const gone: IssuanceInput = {
      kind: "fault",
      fault: { code: "order-gone", detail: "404", retryAt: null },
    };
    expect(advance(state, gone, { ...terms, failuresBefore: 2 }, start)?.state).toMatchObject({
      retryAt: after(start, minutes(16)),
    });
    expect(step(state, gone, start)?.state).toMatchObject({ retryAt: after(start, seconds(60)) });
  });
});
