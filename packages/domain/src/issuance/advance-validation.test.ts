/** Exactly what each step up to the end of the validation stores. The whole table is in test/issuance-table.ts. */
import { describe, expect, test } from "vitest";
import { at, done, ended, fresh, moved, start, step, told, worn } from "../../test/issuance-steps.ts";
import { after, hours, instant, milliseconds, minutes } from "../time/instant.ts";
import type { ChallengeType } from "./choose-challenge.ts";
import type { Decision } from "./decision.ts";
import type { AuthorizationFacts, OfferedChallenge } from "./input.ts";
import type { LiveState, PendingChallenge } from "./state.ts";

const offered = (
  type: ChallengeType,
  identifier: string,
  status: OfferedChallenge["status"] = "pending",
): OfferedChallenge => ({
  type,
  url: `/challenge/${identifier}`,
  token: `token-${identifier}`,
  status,
});
const authorization = (
  identifier: string,
  changes: Partial<AuthorizationFacts> = {},
): AuthorizationFacts => ({
  url: `/authz/${identifier}`,
  identifier,
  status: "pending",
  challenges: [offered("http-01", identifier)],
  inOurZone: false,
  problem: null,
  ...changes,
});
const withChallenge = (status: "processing" | "valid" | "invalid") =>
  authorization("b", { challenges: [offered("http-01", "b", status)] });
const challenge = (identifier: string, type: ChallengeType = "http-01"): PendingChallenge => ({
  type,
  identifier,
  authorizationUrl: `/authz/${identifier}`,
  challengeUrl: `/challenge/${identifier}`,
  token: `token-${identifier}`,
});
const diagnose = (problem: string | null, ...authorizations: readonly AuthorizationFacts[]) =>
  step({ kind: "diagnosing", ...worn, problem }, { kind: "authorizations", authorizations }, at(40));

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

  const read = (...authorizations: readonly AuthorizationFacts[]) =>
    step(ordered, { kind: "authorizations", authorizations }, now);

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
    const valid = authorization("a", { status: "valid", challenges: [] });
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

  test("nothing is published when one of the authorizations offers no challenge of ours", () => {
    const decision = read(authorization("a"), authorization("b", { challenges: [] }));
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

describe("by DNS-01", () => {
  const now = at(70);
  const challenges = [challenge("*.a", "dns-01"), challenge("b")];
  const records = [{ token: "token-*.a", zone: "acme.test", name: "a.acme.test" }];

  test("where the record is to be is looked up first, and nothing is published before", () => {
    const wildcard = authorization("*.a", { challenges: [offered("dns-01", "*.a")] });
    const input = { kind: "authorizations", authorizations: [wildcard, authorization("b")] } as const;
    expect(step({ kind: "ordered", ...worn }, input, now)).toEqual(
      moved({ kind: "placing", ...fresh(now), since: start, challenges }),
    );
  });

  test("where it is to be is stored with all that is published", () => {
    expect(step({ kind: "placing", ...worn, challenges }, { kind: "placed", records }, now)).toEqual({
      state: { kind: "publishing", ...fresh(now), since: start, challenges, records },
      done: [],
      publish: challenges,
      fault: null,
    });
  });

  test("once written, the name servers have their time from then on", () => {
    const state: LiveState = { kind: "publishing", ...worn, challenges, records };
    expect(step(state, { kind: "published" }, now)).toEqual(
      moved(
        { kind: "propagating", ...fresh(now), challenges, records, polls: 0 },
        done("challenge.published", 70),
      ),
    );
  });

  const propagating: LiveState = { kind: "propagating", ...worn, challenges, records, polls: 2 };
  const missing = { kind: "propagation", missing: "192.0.2.53 has not got it", silent: null } as const;
  const everywhere = { kind: "propagation", missing: null, silent: null } as const;

  test("they are asked again, and the challenge is posted when all have it", () => {
    expect(step(propagating, missing, at(2_000))).toEqual(
      moved({ ...propagating, faults: 0, polls: 3, wakeAt: at(4_000) }),
    );
    expect(step(propagating, everywhere, now)).toEqual(
      moved({ kind: "challenging", ...fresh(now), challenges }, done("challenge.propagated", 70)),
    );
  });

  test("one that is silent is waited for a minute, to the millisecond, and told", () => {
    const silent = { ...everywhere, silent: "192.0.2.54 does not answer" } as const;
    const patience = after(start, minutes(1));
    expect(step(propagating, silent, instant(patience - 1))?.state.kind).toBe("propagating");
    expect(step(propagating, silent, patience)).toMatchObject({
      state: { kind: "challenging" },
      done: [{ kind: "challenge.propagated", took: minutes(1), silent: silent.silent }],
    });
    // Where another has not got it, that counts.
    expect(step(propagating, { ...silent, ...missing }, patience)?.state.kind).toBe("propagating");
  });

  test("they have half an hour, to the millisecond", () => {
    const deadline = after(start, minutes(30));
    expect(step(propagating, missing, instant(deadline - 1))?.state.kind).toBe("propagating");
    expect(step(propagating, missing, deadline)).toEqual(
      ended("dns-not-propagated", missing.missing, deadline),
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

describe("diagnosing", () => {
  test("the cause is what the authorizations say", () => {
    const problem = { type: "rateLimited", status: 429, detail: "too many", retryAt: null };
    const authorizations = [authorization("a", { status: "valid" }), authorization("b", { problem })];
    expect(diagnose("no", ...authorizations)).toEqual(ended("rate-limited", "b: too many", at(40)));
  });

  test("where they say nothing, the order's own error speaks", () => {
    expect(diagnose("the order's words", authorization("a"))).toEqual(
      ended("order-invalid", "the order's words", at(40)),
    );
  });
});
