import { days, hours, type Instant, instant, minutes, seconds } from "@certmill/domain";
import { describe, expect, test } from "vitest";
import { Refusal } from "../problem.ts";
import type { Identifier } from "../x509/identifier.ts";
import { per } from "./allowance.ts";
import { Limits } from "./limits.ts";
import { NO_LIMITS, RULE_SET_NAMES, ruleSet } from "./rule-sets.ts";
import { type LimitName, type LimitRules, scaledRules } from "./rules.ts";

const START = instant(Date.UTC(2027, 0, 1));
const ACCOUNT = { id: "1", url: "https://ca.test/acme/account/1" };
const OTHER = { id: "2", url: "https://ca.test/acme/account/2" };

const names = (...values: readonly string[]): Identifier[] => values.map((value) => ({ type: "dns", value }));

const limitsOf = (rules: Partial<LimitRules>): Limits =>
  new Limits({ ...NO_LIMITS, ...rules }, "https://portal.test/unpause", () => 0);

const order = (limits: Limits, now: Instant, ...values: readonly string[]) =>
  limits.newOrder({ account: ACCOUNT, identifiers: names(...values), replacesInWindow: false }, now);

/** `null`: it was let pass. */
function refusalOf(attempt: () => void): Refusal | null {
  try {
    attempt();
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const LETSENCRYPT = { ...ruleSet("letsencrypt"), retryJitter: 0 };

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

describe("exemptions", () => {
  const rules = {
    ...LETSENCRYPT,
    newOrdersPerAccount: per(hours(3), 1),
    certificatesPerRegisteredDomain: per(days(7), 1),
  };

  test("the very same set within 120 days spends neither an order nor of its registered domain", () => {
    const limits = limitsOf(rules);
    limits.issued(OTHER, names("a.example.com", "b.example.com"), START);
    order(limits, START, "z.example.org");
    const later = instant(START + minutes(1));
    expect(refusalOf(() => order(limits, later, "b.example.com", "a.example.com"))).toBeNull();
    expect(refusalOf(() => order(limits, later, "a.example.com"))?.code).toBe("rateLimited");
    limits.issued(ACCOUNT, names("a.example.com", "b.example.com"), later);
    expect(limits.spent.tally()).toMatchObject({
      newOrdersPerAccount: 1,
      certificatesPerRegisteredDomain: 1,
      certificatesPerExactSet: 2,
    });
  });

  test("120 days after it is new", () => {
    const limits = limitsOf(rules);
    limits.issued(ACCOUNT, names("a.example.com"), START);
    const end = instant(START + days(120));
    order(limits, instant(end - 1), "a.example.com");
    order(limits, instant(end - 1), "b.example.com");
    expect(refusalOf(() => order(limits, end, "a.example.com"))?.message).toContain("too many new orders");
  });

  test("a replacement in its window is held up by nothing, and spends nothing", () => {
    const limits = limitsOf({ ...rules, failedAuthorizations: per(hours(1), 1) });
    limits.failed(ACCOUNT, { type: "dns", value: "a.example.com" }, START);
    order(limits, START, "z.example.org");
    const replacement = { account: ACCOUNT, identifiers: names("a.example.com") };
    expect(refusalOf(() => limits.newOrder({ ...replacement, replacesInWindow: true }, START))).toBeNull();
    expect(
      refusalOf(() => limits.newOrder({ ...replacement, replacesInWindow: false }, START)),
    ).not.toBeNull();
    expect(limits.spent.tally().newOrdersPerAccount).toBe(1);
  });
});

describe("overrides", () => {
  const from = instant(START + days(10));
  const allowance = per(days(7), 3);

  test("of an account's orders, from its day on", () => {
    const rules = { newOrdersPerAccount: per(hours(3), 1) };
    const limits = limitsOf({
      ...rules,
      overrides: [{ limit: "newOrdersPerAccount", account: ACCOUNT.url, allowance, from }],
    });
    expect(limits.ordersLeft(ACCOUNT, instant(from - 1))).toBe(1);
    expect(limits.ordersLeft(ACCOUNT, from)).toBe(3);
    expect(limits.ordersLeft(OTHER, from)).toBe(1);
    for (let n = 0; n < 3; n += 1) order(limits, from, "a.example.com");
    expect(refusalOf(() => order(limits, from, "a.example.com"))?.message).toContain(
      "too many new orders (3) from this account in the last 168h0m0s",
    );
  });

  test("of a registered domain, for all accounts", () => {
    const limits = limitsOf({
      certificatesPerRegisteredDomain: per(days(7), 1),
      overrides: [
        { limit: "certificatesPerRegisteredDomain", registeredDomain: "example.com", allowance, from },
      ],
    });
    for (let n = 0; n < 3; n += 1) {
      order(limits, from, `${n}.example.com`);
      limits.issued(OTHER, names(`${n}.example.com`, `${n}.example.org`), from);
    }
    expect(refusalOf(() => order(limits, from, "x.example.com"))?.message).toContain("(3) already issued");
    expect(refusalOf(() => order(limits, from, "x.example.org"))?.message).toContain("(1) already issued");
  });

  test("of an account for each registered domain: it looks at its own, and the others' is spent, too", () => {
    const limits = limitsOf({
      certificatesPerRegisteredDomain: per(days(7), 1),
      overrides: [{ limit: "certificatesPerRegisteredDomain", account: "1", allowance, from }],
    });
    limits.issued(OTHER, names("0.example.com"), from);
    for (let n = 1; n <= 3; n += 1) {
      order(limits, from, `${n}.example.com`);
      limits.issued(ACCOUNT, names(`${n}.example.com`), from);
    }
    expect(refusalOf(() => order(limits, from, "x.example.com"))?.message).toContain("(3) already issued");
    limits.issued(ACCOUNT, names("1.example.org"), from);
    const asOther = { account: OTHER, identifiers: names("x.example.org"), replacesInWindow: false };
    expect(refusalOf(() => limits.newOrder(asOther, from))?.message).toContain("(1) already issued");
  });
});

describe("failures in a row", () => {
  const rules = { consecutiveFailures: per(days(1), 1, 3) };
  const a = { type: "dns", value: "a.example.com" } as const;
  const paused = (limits: Limits, now: Instant): Refusal | null =>
    refusalOf(() => limits.refusePaused(ACCOUNT, names("b.example.com", "a.example.com"), now));

  test("pause the identifier for this account, without a time, until it is unpaused", () => {
    const limits = limitsOf(rules);
    for (let n = 0; n < 3; n += 1) limits.failed(ACCOUNT, a, START);
    expect(paused(limits, START)).toBeNull();
    limits.failed(ACCOUNT, a, START);
    const later = instant(START + days(365));
    const refusal = paused(limits, later);
    expect(refusal?.document.status).toBe(429);
    expect(refusal?.headers).toEqual({});
    expect(refusal?.message).toMatch(
      /^Your account is temporarily prevented from requesting certificates for a\.example\.com and possibly others\. Please visit: https:\/\/portal\.test\/unpause\?jwt=[\w.-]+$/,
    );
    expect(refusalOf(() => limits.refusePaused(OTHER, [a], later))).toBeNull();
    expect(refusalOf(() => limits.refusePaused(ACCOUNT, names("b.example.com"), later))).toBeNull();
    expect(limits.unpause("1", later)).toEqual(["a.example.com"]);
    expect(paused(limits, later)).toBeNull();
    expect(limits.refusals.tally().consecutiveFailures).toBe(1);
  });

  test("one success starts the count again", () => {
    const limits = limitsOf(rules);
    for (let n = 0; n < 10; n += 1) {
      limits.failed(ACCOUNT, a, START);
      limits.failed(ACCOUNT, a, START);
      limits.succeeded(ACCOUNT, a);
    }
    expect(paused(limits, START)).toBeNull();
  });

  test("one a day does not pause ever", () => {
    const limits = limitsOf(rules);
    for (let n = 0; n < 100; n += 1) limits.failed(ACCOUNT, a, instant(START + days(n)));
    expect(paused(limits, instant(START + days(100)))).toBeNull();
  });

  test("what was unpaused is not paused again for 14 days", () => {
    const limits = limitsOf(rules);
    const fail = (now: Instant): void => {
      for (let n = 0; n < 5; n += 1) limits.failed(ACCOUNT, a, now);
    };
    fail(START);
    limits.unpause("1", START);
    fail(instant(START + days(14) - 1));
    expect(paused(limits, instant(START + days(14) - 1))).toBeNull();
    fail(instant(START + days(14)));
    expect(paused(limits, instant(START + days(14)))).not.toBeNull();
  });
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
