import { days, hours, type Instant, instant, seconds } from "@certmill/domain";
import { describe, expect, test } from "vitest";
import {
  ACCOUNT,
  LETSENCRYPT,
  limitsOf,
  names,
  OTHER,
  order,
  refusalOf,
  START,
} from "../../test/limits-at-work.ts";
import type { Identifier } from "../x509/identifier.ts";
import { per } from "./allowance.ts";
import { Limits } from "./limits.ts";
import { NO_LIMITS, RULE_SET_NAMES, ruleSet } from "./rule-sets.ts";
import { type LimitName, scaledRules } from "./rules.ts";

interface Row {
  readonly limit: LimitName;
  /** So many pass. */
  readonly n: number;
  /** What spends one. */
  readonly spend: (limits: Limits, now: Instant, n: number) => void;
  /** What is refused when none is left; as `spend` when absent. */
  readonly ask?: (limits: Limits, now: Instant) => void;
  readonly retryAfter: number;
  readonly detail: string;
}

const HELP = "see https://letsencrypt.org/docs/rate-limits/";

const ROWS: readonly Row[] = [
  {
    limit: "newAccountsPerAddress",
    n: 10,
    spend: (limits, now) => {
      limits.newAccount("192.0.2.1", now);
    },
    retryAfter: 18 * 60,
    detail: `too many new registrations (10) from this IP address in the last 3h0m0s, retry after 2027-01-01 00:18:00 UTC: ${HELP}#new-registrations-per-ip-address`,
  },
  {
    limit: "newAccountsPerRange",
    n: 500,
    spend: (limits, now, n) => {
      limits.newAccount(`2001:db8:7:${n.toString(16)}::1`, now);
    },
    // 21.6 s, in whole ones.
    retryAfter: 22,
    detail: `too many new registrations (500) from this /48 subnet of IPv6 addresses in the last 3h0m0s, retry after 2027-01-01 00:00:22 UTC: ${HELP}#new-registrations-per-ipv6-range`,
  },
  {
    limit: "newOrdersPerAccount",
    n: 300,
    spend: (limits, now, n) => void order(limits, now, `${n}.example`),
    retryAfter: 36,
    detail: `too many new orders (300) from this account in the last 3h0m0s, retry after 2027-01-01 00:00:36 UTC: ${HELP}#new-orders-per-account`,
  },
  {
    limit: "certificatesPerRegisteredDomain",
    n: 50,
    spend: (limits, now, n) => {
      limits.issued(OTHER, names(`${n}.b.github.io`, `${n}.a.b.github.io`), now);
    },
    ask: (limits, now) => void order(limits, now, "new.b.github.io"),
    retryAfter: 12_096,
    detail: `too many certificates (50) already issued for "b.github.io" in the last 168h0m0s, retry after 2027-01-01 03:21:36 UTC: ${HELP}#new-certificates-per-registered-domain`,
  },
  {
    limit: "certificatesPerExactSet",
    n: 5,
    spend: (limits, now) => {
      limits.issued(OTHER, names("b.example.com", "a.example.com"), now);
    },
    ask: (limits, now) => void order(limits, now, "a.example.com", "b.example.com"),
    retryAfter: 120_960,
    detail: `too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s, retry after 2027-01-02 09:36:00 UTC: ${HELP}#new-certificates-per-exact-set-of-identifiers`,
  },
  {
    limit: "failedAuthorizations",
    n: 5,
    spend: (limits, now) => {
      limits.failed(ACCOUNT, { type: "dns", value: "a.example.com" }, now);
    },
    ask: (limits, now) => void order(limits, now, "*.a.example.com", "b.example.com"),
    retryAfter: 12 * 60,
    detail: `too many failed authorizations (5) for "a.example.com" in the last 1h0m0s, retry after 2027-01-01 00:12:00 UTC: ${HELP}#authorization-failures-per-identifier-per-account`,
  },
];

describe.each(ROWS)("$limit", ({ limit, n, spend, ask, retryAfter, detail }) => {
  test("so many pass, one more does not, and does at the instant it is told", () => {
    const limits = limitsOf(LETSENCRYPT);
    const attempt = ask ?? ((each: Limits, now: Instant) => spend(each, now, n));
    for (let index = 0; index < n; index += 1) {
      if (ask !== undefined) expect(refusalOf(() => ask(limits, START))).toBeNull();
      spend(limits, START, index);
    }
    const refusal = refusalOf(() => attempt(limits, START));
    expect(refusal?.document).toEqual({
      type: "urn:ietf:params:acme:error:rateLimited",
      status: 429,
      detail,
    });
    expect(refusal?.headers).toEqual({
      "Retry-After": String(retryAfter),
      Link: '<https://letsencrypt.org/docs/rate-limits>;rel="help"',
    });
    expect(limits.refusals.tally()[limit]).toBe(1);
    expect(limits.spent.tally()[limit]).toBe(n);

    const allowance = LETSENCRYPT[limit as "newOrdersPerAccount"];
    const at = instant(START + Math.ceil((allowance?.period ?? 0) / (allowance?.count ?? 1)));
    expect(refusalOf(() => attempt(limits, instant(at - 1)))?.code).toBe("rateLimited");
    expect(refusalOf(() => attempt(limits, at))).toBeNull();
  });
});

test("the one that stands longest is told", () => {
  const limits = limitsOf({ ...LETSENCRYPT, newOrdersPerAccount: per(hours(3), 1) });
  order(limits, START, "z.example.com");
  for (let n = 0; n < 5; n += 1) limits.failed(ACCOUNT, { type: "dns", value: "a.example.com" }, START);
  expect(refusalOf(() => order(limits, START, "a.example.com"))?.message).toContain("too many new orders");
  for (let n = 0; n < 50; n += 1) limits.issued(OTHER, names(`${n}.example.com`), START);
  expect(refusalOf(() => order(limits, START, "a.example.com"))?.message).toContain('"example.com"');
});

test("the wait is stretched by chance, text and header together", () => {
  const rules = { ...NO_LIMITS, newOrdersPerAccount: per(seconds(1_000), 1), retryJitter: 0.03 };
  const limits = new Limits(rules, "", () => 0.5);
  order(limits, START, "a.example.com");
  const refusal = refusalOf(() => order(limits, START, "a.example.com"));
  expect(refusal?.headers["Retry-After"]).toBe("1015");
  expect(refusal?.message).toContain("retry after 2027-01-01 00:16:55 UTC");
});

test("a refund gives the order back", () => {
  const limits = limitsOf({ newOrdersPerAccount: per(hours(3), 1) });
  const refund = order(limits, START, "a.example.com");
  expect(limits.ordersLeft(ACCOUNT, START)).toBe(0);
  refund();
  expect(limits.ordersLeft(ACCOUNT, START)).toBe(1);
  expect(limits.spent.tally().newOrdersPerAccount).toBe(0);
});

test("other rules from now on; what was used stays used", () => {
  const limits = limitsOf({ newOrdersPerAccount: per(hours(1), 10) });
  for (let n = 0; n < 10; n += 1) order(limits, START, "a.example.com");
  limits.setRules({ ...NO_LIMITS, newOrdersPerAccount: per(hours(1), 5) });
  expect(refusalOf(() => order(limits, START, "a.example.com"))?.message).toContain("new orders (5)");
  expect(() => limits.setRules({ ...NO_LIMITS, newOrdersPerAccount: per(hours(1), 0) })).toThrow(RangeError);
});

test("rule sets can be counted with, and divided for a smaller fleet", () => {
  for (const name of RULE_SET_NAMES) expect(() => limitsOf(scaledRules(ruleSet(name), 100))).not.toThrow();
  const scaled = scaledRules(ruleSet("letsencrypt"), 100, [
    "newOrdersPerAccount",
    "certificatesPerRegisteredDomain",
  ]);
  expect(scaled.newOrdersPerAccount).toEqual(per(hours(3), 3));
  expect(scaled.certificatesPerRegisteredDomain).toEqual({ burst: 1, count: 50, period: days(700) });
  expect(scaled.certificatesPerExactSet).toEqual(ruleSet("letsencrypt").certificatesPerExactSet);
  expect(() => scaledRules(ruleSet("none"), 0)).toThrow(RangeError);
});

test.each([
  ["example.com", "deep.below.example.com"],
  ["example.co.uk", "www.example.co.uk"],
  ["b.github.io", "*.a.b.github.io"],
  ["github.io", "github.io"],
  ["intern", "intern"],
])("certificates are counted by the registered domain: %s", (domain, name) => {
  const limits = limitsOf({ certificatesPerRegisteredDomain: per(days(7), 1) });
  limits.issued(OTHER, names(name), START);
  expect(refusalOf(() => order(limits, START, name))?.message).toContain(`"${domain}"`);
});

test("addresses are counted by themselves, those of IPv6 by their /64", () => {
  const limits = limitsOf({ certificatesPerRegisteredDomain: per(days(7), 1) });
  const ip = (value: string): Identifier => ({ type: "ip", value });
  const ask = (value: string) => (): void => {
    limits.newOrder({ account: ACCOUNT, identifiers: [ip(value)], replacesInWindow: false }, START);
  };
  limits.issued(OTHER, [ip("192.0.2.1"), ip("2001:db8::1")], START);
  expect(refusalOf(ask("192.0.2.1"))).not.toBeNull();
  expect(refusalOf(ask("192.0.2.2"))).toBeNull();
  expect(refusalOf(ask("2001:db8::2"))).not.toBeNull();
  expect(refusalOf(ask("2001:db8:0:1::1"))).toBeNull();
});
