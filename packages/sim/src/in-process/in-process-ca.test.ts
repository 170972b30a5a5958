import { days, hours, type Instant, instant } from "@certmill/domain";
import { expect, test } from "vitest";
import { per } from "../limits/allowance.ts";
import { NO_LIMITS, ruleSet } from "../limits/rule-sets.ts";
import type { LimitRules } from "../limits/rules.ts";
import { InProcessCa } from "./in-process-ca.ts";

const start = instant(Date.parse("2027-01-01T00:00:00Z"));
const later = (milliseconds: number): Instant => instant(start + milliseconds);

const caOf = (rules: Partial<LimitRules>): InProcessCa =>
  new InProcessCa({
    accountId: "1",
    limits: { ...NO_LIMITS, ...rules },
    model: (name) => (name.startsWith("wrong") ? { kind: "wrong", how: "dns" } : { kind: "right" }),
    lookup: { leastSeconds: 2, mostSeconds: 2 },
    seed: 1,
  });

function accepted(ca: InProcessCa, names: readonly string[], now: Instant) {
  const answer = ca.newOrder(names, now);
  if (answer.kind !== "accepted") throw new Error(`The order was ${answer.kind}.`);
  return answer.order;
}

test("an order is ready when its names are looked up, and issued for 90 days, from an hour ago", () => {
  const ca = caOf({});
  const order = accepted(ca, ["a.example"], start);
  expect(ca.look(order, start)).toEqual({ kind: "pending" });
  expect(ca.validate(order, start)).toEqual({ kind: "begun" });
  expect(ca.look(order, later(1_999))).toEqual({ kind: "pending" });
  expect(ca.look(order, later(2_000))).toEqual({ kind: "ready" });
  expect(ca.finalize(order, later(2_000))).toEqual({
    kind: "issued",
    notBefore: later(2_000 - hours(1)),
    notAfter: later(2_000 - hours(1) + days(90) - 1_000),
  });
});

test("no limit is held against an order that replaces a certificate in the window that is told of it", () => {
  const ca = caOf({ newOrdersPerAccount: per(hours(3), 1), replacementExemption: true });
  const certificate = { notBefore: start, notAfter: later(days(90)) };
  const info = ca.renewalInfo(certificate, start);
  if (info.kind !== "told") throw new Error("The CA is down.");
  const { window, retryAt } = info;
  expect(retryAt).toBe(later(hours(6)));
  const renewalAt = (now: Instant) => ca.newOrder(["a.example"], now, certificate).kind;
  const before = instant(window.start - 1);
  accepted(ca, ["other.example"], before);
  expect(renewalAt(before)).toBe("refused");
  for (let n = 0; n < 3; n += 1) expect(renewalAt(window.start)).toBe("accepted");
  expect(ca.exemptOrders).toBe(3);
  accepted(ca, ["last.example"], window.end);
  expect(renewalAt(window.end)).toBe("refused");
  ca.setOutage(true);
  expect(ca.renewalInfo(certificate, start)).toMatchObject({ kind: "failed", problem: { status: 503 } });
});

test("names that are wrong are told, and counted once", () => {
  const ca = caOf({ failedAuthorizations: per(hours(1), 1) });
  const order = accepted(ca, ["a.example", "wrong.example"], start);
  ca.validate(order, start);
  for (let looks = 0; looks < 3; looks += 1)
    expect(ca.look(order, later(2_000))).toMatchObject({
      kind: "invalid",
      failed: [{ identifier: "wrong.example", problem: { type: "dns", status: 400, retryAt: null } }],
    });
  expect(ca.newOrder(["wrong.example"], later(2_000))).toMatchObject({
    kind: "refused",
    problem: { limit: "authorization-failures-per-identifier-per-account", retryAt: later(3_602_000) },
  });
});

test("a limit that is used up is told with the time, by the limit's name in the help link", () => {
  const ca = caOf({ newOrdersPerAccount: per(hours(3), 3), renewalExemption: days(120) });
  ca.hasIssued(["old.example"], instant(start - days(60)));
  for (const name of ["a", "b", "c"]) accepted(ca, [`${name}.example`], start);
  expect(ca.newOrder(["d.example"], start)).toMatchObject({
    kind: "refused",
    problem: {
      type: "rateLimited",
      status: 429,
      limit: "new-orders-per-account",
      retryAt: later(3_600_000),
    },
  });
  accepted(ca, ["old.example"], start);
  expect(ca.counts(start)).toMatchObject({ spent: 3, left: 0, refusals: { newOrdersPerAccount: 1 } });
});

test("orders of the past are spent, no more than there are, and refuse nobody", () => {
  const ca = caOf({ newOrdersPerAccount: per(hours(3), 3) });
  ca.hasOrdered(2, start);
  expect(ca.counts(start)).toMatchObject({ left: 1, refusals: {} });
  ca.hasOrdered(5, start);
  expect(ca.counts(start)).toMatchObject({ left: 0, refusals: {} });
  accepted(ca, ["a.example"], later(hours(1)));
  const unlimited = caOf({});
  unlimited.hasOrdered(5, start);
  expect(unlimited.counts(start)).toMatchObject({ spent: 0, left: null });
});

test("a storm refuses what the limits would have let pass, takes nothing of them, and spares renewals", () => {
  const ca = caOf({ ...ruleSet("letsencrypt"), retryJitter: 0 });
  ca.hasIssued(["old.example"], instant(start - days(60)));
  ca.setStorm({ ...NO_LIMITS, newOrdersPerAccount: per(hours(3), 1) });
  accepted(ca, ["a.example"], start);
  expect(ca.newOrder(["b.example"], start)).toMatchObject({ kind: "refused" });
  accepted(ca, ["old.example"], start);
  expect(ca.counts(start)).toMatchObject({ spent: 1, left: 299, refusals: { newOrdersPerAccount: 1 } });
  ca.setStorm(null);
  accepted(ca, ["b.example"], start);
  expect(ca.counts(start)).toMatchObject({ spent: 2, left: 298, refusals: { newOrdersPerAccount: 1 } });
});

test("while it is down every call is answered as by a front end whose CA is gone", () => {
  const ca = caOf({});
  const order = accepted(ca, ["a.example"], start);
  ca.setOutage(true);
  const failed = { kind: "failed", problem: { type: null, status: 503 } };
  expect(ca.newOrder(["b.example"], start)).toMatchObject(failed);
  expect(ca.validate(order, start)).toMatchObject(failed);
  expect(ca.look(order, start)).toMatchObject(failed);
  expect(ca.finalize(order, start)).toMatchObject(failed);
  ca.setOutage(false);
  expect(ca.validate(order, start)).toEqual({ kind: "begun" });
});
