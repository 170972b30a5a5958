import { describe, expect, test } from "vitest";
import type { Fault } from "../failure/classify.ts";
import type { FailureCode } from "../failure/failure-code.ts";
import { advance } from "../issuance/advance.ts";
import type { IssuanceInput } from "../issuance/input.ts";
import { type LiveState, planned } from "../issuance/state.ts";
import { instant, minutes } from "../time/instant.ts";
import { type LedgerChange, ledgerChanges, type Step } from "./ledger-change.ts";
import { spendingOf } from "./order-spending.ts";

const now = instant(1_790_000_000_000);
const later = instant(now + minutes(30));
const names = ["www.example.com", "example.com"];
const spending = spendingOf({ accountId: "7", names, exemption: "none" });
const reference = {
  url: "https://ca.test/o/1",
  finalizeUrl: "https://ca.test/o/1/f",
  authorizationUrls: ["a"],
};
const owed = { order: reference, since: now, wakeAt: now, faults: 0 };
const order = {
  ...reference,
  status: "pending" as const,
  names,
  certificateUrl: null,
  problem: null,
  replaces: false,
};
const answered: IssuanceInput = { kind: "order", order, retryAt: null };
const certificate: IssuanceInput = { kind: "certificate", certificate: { names, matchesKey: true } };
const states = {
  planned: planned(now),
  ordered: { ...owed, kind: "ordered" },
  placing: { ...owed, kind: "placing", challenges: [] },
  publishing: { ...owed, kind: "publishing", challenges: [], records: [] },
  propagating: { ...owed, kind: "propagating", challenges: [], records: [], polls: 0 },
  challenging: { ...owed, kind: "challenging", challenges: [] },
  validating: { ...owed, kind: "validating", polls: 0 },
  ready: { ...owed, kind: "ready" },
  finalizing: { ...owed, kind: "finalizing" },
  processing: { ...owed, kind: "processing", polls: 0 },
  downloading: { ...owed, kind: "downloading", certificateUrl: "https://ca.test/c/1" },
  diagnosing: { ...owed, kind: "diagnosing", problem: null },
} as const satisfies Record<LiveState["kind"], LiveState>;

const fault = (code: FailureCode, more: Partial<Fault> = {}): IssuanceInput => ({
  kind: "fault",
  fault: { code, detail: "", retryAt: null, ...more },
});

function changes(
  from: LiveState,
  input: IssuanceInput,
  { failuresBefore = 0, ...plan }: Partial<Pick<Step, "failuresBefore" | "spending" | "exemption">> = {},
): readonly LedgerChange[] {
  const decision = advance(from, input, { names, challenge: null, failuresBefore, givesUpAt: now }, now);
  if (decision === null) throw new Error("The input is no answer to the state.");
  const planned = { spending, exemption: "none", ...plan } as const;
  return ledgerChanges({ from, input, decision, ...planned, names, accountId: "7", failuresBefore });
}

/** `settled order`, `released domain` and so on, for what was reserved; the others by their kind. */
const told = (list: readonly LedgerChange[]): string[] =>
  list.map((change) =>
    "limit" in change
      ? `${change.kind} ${{ account: "order", "registered-domain": "domain", identifiers: "set" }[/(?:account|registered-domain|identifiers)$/.exec(change.limit)?.[0] ?? ""] ?? change.limit}`
      : change.kind,
  );

describe("a successor in its window", () => {
  const exempt = { spending: [], exemption: "renewal-information" } as const;
  const as = (replaces: boolean): IssuanceInput => ({
    kind: "order",
    order: { ...order, replaces },
    retryAt: null,
  });

  test("spends nothing; its certificate is counted by exact set", () => {
    expect(told(changes(states.planned, as(true), exempt))).toEqual(["answered"]);
    expect(told(changes(states.downloading, certificate, exempt))).toEqual(["spent set"]);
  });

  test("that the CA took as an order like any has spent what such orders do", () => {
    expect(told(changes(states.planned, as(false), exempt))).toEqual([
      "spent domain",
      "spent order",
      "answered",
    ]);
  });

  test("that failed has spent nothing", () => {
    expect(told(changes(states.planned, fault("request-refused"), exempt))).toEqual([]);
    expect(told(changes(states.finalizing, fault("order-gone"), exempt))).toEqual([]);
  });
});

describe("a reservation", () => {
  test("an order that was made is spent; what is spent at the end stays reserved", () => {
    expect(told(changes(states.planned, answered))).toEqual(["settled order", "answered"]);
  });

  test("an issued certificate spends the rest", () => {
    expect(told(changes(states.downloading, certificate))).toEqual(["settled set", "settled domain"]);
  });

  const refusedAtOrder: readonly (readonly [FailureCode, readonly string[]])[] = [
    ["request-refused", ["released order", "released set", "released domain"]],
    ["name-rejected", ["released order", "released set", "released domain"]],
    ["rate-limited", ["released order", "released set", "released domain"]],
    ["name-paused", ["released order", "released set", "released domain"]],
    ["account-unusable", ["released order", "released set", "released domain"]],
  ];
  test.each(refusedAtOrder)("a refusal of newOrder (%s) gives all back", (code, expected) => {
    expect(told(changes(states.planned, fault(code)))).toEqual(expected);
  });

  test("names that differ are found in an order that was made", () => {
    const other: IssuanceInput = { ...answered, order: { ...order, names: ["example.com"] } };
    expect(told(changes(states.planned, other))).toEqual([
      "settled order",
      "released set",
      "released domain",
    ]);
  });

  test("a newOrder without an answer may have been spent, each time that it is sent", () => {
    expect(told(changes(states.planned, fault("ca-unreachable")))).toEqual(["spent order", "failed"]);
    const last = { ...states.planned, faults: 15 };
    expect(told(changes(last, fault("ca-unreachable")))).toEqual([
      "settled order",
      "released set",
      "released domain",
      "failed",
    ]);
  });

  test("a fault of ours may have come after the CA made the order, unless nothing was sent", () => {
    const atOrder = (unsent: Partial<Fault>) =>
      told(changes(states.planned, fault("internal-error", unsent)))[0];
    expect([atOrder({}), atOrder({ unsent: true })]).toEqual(["settled order", "released order"]);
  });

  test("a newOrder that was answered with an error of the CA's has spent nothing", () => {
    expect(told(changes(states.planned, fault("ca-error")))).toEqual(["failed"]);
  });

  test.each(["ordered", "challenging", "validating", "ready", "diagnosing"] as const)(
    "an order that ends in %s gives back what is spent at issuance",
    (kind) => {
      const list = told(changes(states[kind], fault("order-gone")));
      expect(list).toEqual(["released set", "released domain"]);
    },
  );

  test.each(["finalizing", "processing", "downloading"] as const)(
    "an order that ends in %s may have been issued",
    (kind) => {
      const list = told(changes(states[kind], fault("order-gone")));
      expect(list).toEqual(["settled set", "settled domain"]);
    },
  );
});

describe("failed validations", () => {
  const authorizations = (status: "invalid" | "valid"): IssuanceInput => ({
    kind: "authorizations",
    authorizations: [
      { url: "a", identifier: "example.com", status, challenges: [], inOurZone: false, problem: null },
      {
        url: "b",
        identifier: "www.example.com",
        status: "valid",
        challenges: [],
        inOurZone: false,
        problem: null,
      },
    ],
  });

  test("count by the hour and in a row, for the name that failed", () => {
    const list = changes(states.diagnosing, authorizations("invalid")).filter(({ kind }) => kind === "spent");
    expect(list).toEqual([
      { kind: "spent", limit: "authorization-failures-per-identifier-per-account", key: "7/example.com" },
      {
        kind: "spent",
        limit: "consecutive-authorization-failures-per-identifier-per-account",
        key: "7/example.com",
      },
    ]);
  });

  test("a success ends the count in a row, where there may be one", () => {
    expect(
      changes(states.ordered, authorizations("valid"), { failuresBefore: 1 }).map(({ kind }) => kind),
    ).toEqual(["reset", "reset"]);
    expect(changes(states.ordered, authorizations("valid"))).toEqual([]);
  });
});

describe("a refusal", () => {
  const refused = (limit: Fault["limit"], detail: string) =>
    changes(
      states.planned,
      fault("rate-limited", { detail, retryAt: later, ...(limit && { limit }) }),
    ).flatMap((change) => (change.kind === "refused" ? [change.key] : []));

  test.each([
    ["new-orders-per-account", "too many new orders (300) from this account", ["7"]],
    ["new-certificates-per-exact-set-of-identifiers", "too many", ["example.com,www.example.com"]],
    ["new-certificates-per-registered-domain", 'already issued for "example.com"', ["example.com"]],
    ["authorization-failures-per-identifier-per-account", 'for "www.example.com"', ["7/www.example.com"]],
    [
      "authorization-failures-per-identifier-per-account",
      "quoted nothing",
      ["7/www.example.com", "7/example.com"],
    ],
  ] as const)("for %s moves the bucket it means: %s", (limit, detail, keys) => {
    expect(refused(limit, detail)).toEqual(keys);
  });

  test("that names no limit moves none", () => {
    expect(refused(undefined, "slow down")).toEqual([]);
  });

  test("a 503 slows the whole CA, and is held against it", () => {
    const list = changes(states.planned, fault("ca-busy", { retryAt: later }));
    expect(list).toEqual([
      { kind: "slowed", until: later },
      { kind: "failed", code: "ca-busy" },
    ]);
  });

  test("our own pace of requests slows the CA, and is not held against it", () => {
    const list = changes(states.planned, fault("request-pace", { retryAt: later }));
    expect(list).toEqual([{ kind: "slowed", until: later }]);
  });

  test("what a customer has to mend is not held against the CA", () => {
    expect(told(changes(states.diagnosing, fault("dns")))).not.toContain("failed");
  });
});
