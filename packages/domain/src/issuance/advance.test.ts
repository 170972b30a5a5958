import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { terms as anyTerms, inputs, instants, liveStates } from "../../test/issuance-arbitraries.ts";
import { stale, table, type Variants } from "../../test/issuance-table.ts";
import type { FailureCode } from "../failure/failure-code.ts";
import { instant } from "../time/instant.ts";
import { advance } from "./advance.ts";
import type { Decision } from "./decision.ts";
import type { AuthorizationFacts, IssuanceInput, OrderFacts, OrderStatus } from "./input.ts";
import type { IssuanceKind, IssuanceState } from "./state.ts";

const now = instant(1_790_000_000_000);
const terms = {
  names: ["example.com"],
  challenge: null,
  failuresBefore: 0,
  givesUpAt: instant(2_000_000_000_000),
};
const reference = { url: "/order/1", finalizeUrl: "/order/1/finalize", authorizationUrls: ["/authz/1"] };
const owed = { order: reference, since: now, wakeAt: now, faults: 0 };

const states: { readonly [K in IssuanceKind]: Extract<IssuanceState, { kind: K }> } = {
  planned: { kind: "planned", since: now, wakeAt: now, faults: 0 },
  ordered: { kind: "ordered", ...owed },
  placing: { kind: "placing", ...owed, challenges: [] },
  publishing: { kind: "publishing", ...owed, challenges: [], records: [] },
  propagating: { kind: "propagating", ...owed, challenges: [], records: [], polls: 0 },
  challenging: { kind: "challenging", ...owed, challenges: [] },
  validating: { kind: "validating", ...owed, polls: 0 },
  ready: { kind: "ready", ...owed },
  finalizing: { kind: "finalizing", ...owed },
  processing: { kind: "processing", ...owed, polls: 0 },
  downloading: { kind: "downloading", ...owed, certificateUrl: "/certificate/1" },
  diagnosing: { kind: "diagnosing", ...owed, problem: null },
  issued: { kind: "issued" },
  abandoned: { kind: "abandoned", cause: "dns", detail: "", retryAt: null },
};

function order(status: OrderStatus): IssuanceInput {
  const facts: OrderFacts = {
    ...reference,
    status,
    names: terms.names,
    certificateUrl: status === "valid" ? "/certificate/1" : null,
    replaces: false,
    problem: null,
  };
  return { kind: "order", order: facts, retryAt: null };
}

function authorizations(facts: Pick<AuthorizationFacts, "status" | "problem" | "challenges">): IssuanceInput {
  return {
    kind: "authorizations",
    authorizations: [{ url: "/authz/1", identifier: "example.com", inOurZone: true, ...facts }],
  };
}

const offered = { url: "/challenge/1", token: "token-1", status: "pending" } as const;
const challenges = [{ type: "http-01", ...offered }] as const;
const refusal = { type: "unauthorized", status: 403, detail: "404", retryAt: null };

const problem = (code: FailureCode): IssuanceInput => ({
  kind: "fault",
  fault: { code, detail: "as told", retryAt: null },
});

const variants: { readonly [K in IssuanceInput["kind"]]: Readonly<Record<Variants[K], IssuanceInput>> } = {
  order: {
    pending: order("pending"),
    ready: order("ready"),
    processing: order("processing"),
    valid: order("valid"),
    invalid: order("invalid"),
  },
  authorizations: {
    pending: authorizations({ status: "pending", problem: null, challenges }),
    valid: authorizations({ status: "valid", problem: null, challenges }),
    invalid: authorizations({ status: "invalid", problem: refusal, challenges }),
    "by dns-01": authorizations({
      status: "pending",
      problem: null,
      challenges: [...challenges, { type: "dns-01", ...offered }],
    }),
    "without any": authorizations({ status: "pending", problem: null, challenges: [] }),
  },
  placed: { done: { kind: "placed", records: [] } },
  published: { done: { kind: "published" } },
  propagation: {
    missing: { kind: "propagation", missing: "ns1 has none", silent: null },
    everywhere: { kind: "propagation", missing: null, silent: null },
    "but for a silent one": { kind: "propagation", missing: null, silent: "ns2 is silent" },
  },
  challenged: { done: { kind: "challenged" } },
  keyed: { done: { kind: "keyed" } },
  certificate: {
    ours: { kind: "certificate", certificate: { names: terms.names, matchesKey: true } },
    "other key": { kind: "certificate", certificate: { names: terms.names, matchesKey: false } },
    "other names": { kind: "certificate", certificate: { names: ["example.net"], matchesKey: true } },
  },
  fault: {
    wait: problem("ca-busy"),
    retry: problem("order-gone"),
    end: problem("name-paused"),
  },
};

function outcome(decision: Decision | null): string | null {
  if (decision === null) return stale;
  const { state, fault } = decision;
  if (state.kind === "abandoned") return `abandoned: ${state.cause}`;
  return fault === null ? state.kind : `${state.kind}, late: ${fault.code}`;
}

const cells = Object.entries(table).flatMap(([kind, row]) =>
  Object.entries<Readonly<Record<string, string>> | null>(row).flatMap(([input, expected]) =>
    Object.entries(variants[input as IssuanceInput["kind"]]).map(([variant, told]) => ({
      state: states[kind as IssuanceKind],
      input: told,
      title: `${kind} × ${input} ${variant}`,
      expected: expected?.[variant] ?? stale,
    })),
  ),
);

describe("advance: every state × every input", () => {
  test.each(cells)("$title → $expected", ({ state, input, expected }) => {
    expect(outcome(advance(state, input, terms, now))).toBe(expected);
  });

  test("what is stale depends on the kinds alone, never on what the input says", () => {
    fc.assert(
      fc.property(liveStates, inputs, anyTerms, instants, (state, input, terms, now) => {
        const isStale = table[state.kind][input.kind] === stale;
        expect(advance(state, input, terms, now) === null).toBe(isStale);
      }),
    );
  });

  test("an ended issuance is never moved again", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(states.issued, states.abandoned),
        inputs,
        anyTerms,
        instants,
        (...given) => {
          expect(advance(...given)).toBeNull();
        },
      ),
    );
  });
});
