/**
 * What an issuance can be in and be told, for properties. A new state or input does not compile until it can
 * be drawn here.
 */
import fc from "fast-check";
import type { Fault, ProblemFacts } from "../src/failure/classify.ts";
import { type FailureCode, failureCodes, failures, type Recovery } from "../src/failure/failure-code.ts";
import { challengeTypes } from "../src/issuance/choose-challenge.ts";
import type { AuthorizationFacts, IssuanceInput, OrderFacts } from "../src/issuance/input.ts";
import type { IssuanceTerms } from "../src/issuance/move.ts";
import { mostFaults } from "../src/issuance/pace.ts";
import type { LiveState, OrderReference } from "../src/issuance/state.ts";
import { type Instant, instant } from "../src/time/instant.ts";

const token = fc.stringMatching(/^[A-Za-z0-9_-]{22}$/);
const url = fc.nat(9).map((n) => `https://ca.example.test/${n}`);
const text = fc.string({ maxLength: 12 });
const textOrNull: fc.Arbitrary<string | null> = fc.option(text);

/** From 1996 to 2033, so that a clock is as often behind as ahead. */
export const instants: fc.Arbitrary<Instant> = fc
  .integer({ min: 820_000_000_000, max: 2_000_000_000_000 })
  .map(instant);

export const askedFor: fc.Arbitrary<Instant | null> = fc.option(instants);

export const terms: fc.Arbitrary<IssuanceTerms> = fc.record({
  names: fc.constant(["example.com", "www.example.com"]),
  challenge: fc.constantFrom(null, ...challengeTypes),
  failuresBefore: fc.nat(2_000),
  givesUpAt: instants,
});

const orderNames = fc.oneof(
  { weight: 9, arbitrary: fc.constant(["www.example.com", "Example.com"]) },
  { weight: 1, arbitrary: fc.constant(["example.com"]) },
);

export const problems: fc.Arbitrary<ProblemFacts> = fc.record({
  type: fc.option(
    fc.constantFrom("dns", "connection", "tls", "caa", "unauthorized", "rateLimited", "malformed"),
  ),
  status: fc.constantFrom(0, 400, 403, 404, 429, 500, 503),
  detail: text,
  retryAt: askedFor,
});

const faultOf = (codes: readonly FailureCode[]): fc.Arbitrary<Fault> =>
  fc.record({ code: fc.constantFrom(...codes), detail: text, retryAt: askedFor });

export const faults = faultOf(failureCodes);

export const faultsOf = (recovery: Recovery): fc.Arbitrary<Fault> =>
  faultOf(failureCodes.filter((code) => failures[code].recovery === recovery));

const references: fc.Arbitrary<OrderReference> = fc.record({
  url,
  finalizeUrl: url,
  authorizationUrls: fc.array(url, { maxLength: 2 }),
});

const orderFacts = (status: fc.Arbitrary<OrderFacts["status"]>): fc.Arbitrary<OrderFacts> =>
  fc.record({
    url,
    finalizeUrl: url,
    authorizationUrls: fc.array(url, { maxLength: 2 }),
    status,
    names: orderNames,
    certificateUrl: fc.option(url),
    problem: textOrNull,
    replaces: fc.boolean(),
  });

const authorizations: fc.Arbitrary<AuthorizationFacts> = fc.record({
  url,
  identifier: fc.constantFrom("example.com", "*.example.com"),
  status: fc.constantFrom("pending", "pending", "valid", "invalid", "deactivated", "expired", "revoked"),
  challenges: fc.array(
    fc.record({
      type: fc.constantFrom(...challengeTypes),
      url,
      token,
      status: fc.constantFrom("pending", "processing", "valid", "invalid"),
    }),
    { minLength: 1, maxLength: 2 },
  ),
  inOurZone: fc.boolean(),
  problem: fc.option(problems),
});

const owed = { since: instants, wakeAt: instants, faults: fc.nat(mostFaults) };
const ordered = { ...owed, order: references };
const challenges = fc.array(
  fc.record({
    type: fc.constantFrom(...challengeTypes),
    identifier: text,
    authorizationUrl: url,
    challengeUrl: url,
    token: text,
  }),
  { minLength: 1, maxLength: 2 },
);
const records = fc.array(fc.record({ token: text, zone: text, name: text }), { maxLength: 2 });

const stateOf = {
  planned: fc.record({ kind: fc.constant("planned"), ...owed }),
  ordered: fc.record({ kind: fc.constant("ordered"), ...ordered }),
  placing: fc.record({ kind: fc.constant("placing"), ...ordered, challenges }),
  publishing: fc.record({ kind: fc.constant("publishing"), ...ordered, challenges, records }),
  propagating: fc.record({
    kind: fc.constant("propagating"),
    ...ordered,
    challenges,
    records,
    polls: fc.nat(200),
  }),
  challenging: fc.record({ kind: fc.constant("challenging"), ...ordered, challenges }),
  validating: fc.record({ kind: fc.constant("validating"), ...ordered, polls: fc.nat(200) }),
  ready: fc.record({ kind: fc.constant("ready"), ...ordered }),
  finalizing: fc.record({ kind: fc.constant("finalizing"), ...ordered }),
  processing: fc.record({ kind: fc.constant("processing"), ...ordered, polls: fc.nat(200) }),
  downloading: fc.record({ kind: fc.constant("downloading"), ...ordered, certificateUrl: url }),
  diagnosing: fc.record({ kind: fc.constant("diagnosing"), ...ordered, problem: textOrNull }),
} satisfies Record<LiveState["kind"], fc.Arbitrary<LiveState>>;

export const liveStates: fc.Arbitrary<LiveState> = fc.oneof(...Object.values(stateOf));

const anyStatus = fc.constantFrom("pending", "ready", "processing", "valid", "invalid");

const inputOf = {
  order: fc.record({ kind: fc.constant("order"), order: orderFacts(anyStatus), retryAt: askedFor }),
  authorizations: fc.record({
    kind: fc.constant("authorizations"),
    authorizations: fc.array(authorizations, { maxLength: 2 }),
  }),
  placed: fc.record({ kind: fc.constant("placed"), records }),
  published: fc.record({ kind: fc.constant("published") }),
  propagation: fc.record({ kind: fc.constant("propagation"), missing: textOrNull, silent: textOrNull }),
  challenged: fc.record({ kind: fc.constant("challenged") }),
  keyed: fc.record({ kind: fc.constant("keyed") }),
  certificate: fc.record({
    kind: fc.constant("certificate"),
    certificate: fc.record({ names: orderNames, matchesKey: fc.boolean() }),
  }),
  fault: fc.record({ kind: fc.constant("fault"), fault: faults }),
} satisfies Record<IssuanceInput["kind"], fc.Arbitrary<IssuanceInput>>;

export const inputs: fc.Arbitrary<IssuanceInput> = fc.oneof(...Object.values(inputOf));

/** What a CA says that neither grants nor refuses: an issuance told nothing else must still end. */
export const unhelpfulInputs: fc.Arbitrary<IssuanceInput> = fc.oneof(
  fc.record({
    kind: fc.constant("order"),
    order: orderFacts(fc.constantFrom("pending", "ready", "processing")),
    retryAt: fc.constant(null),
  }),
  fc.constant({ kind: "authorizations", authorizations: [] } as const),
  inputOf.placed,
  inputOf.published,
  fc.constant({ kind: "propagation", missing: "not there", silent: null } as const),
  inputOf.challenged,
  inputOf.keyed,
  fc.record({ kind: fc.constant("fault"), fault: faultsOf("wait") }),
);
