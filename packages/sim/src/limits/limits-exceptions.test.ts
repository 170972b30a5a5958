/** What limits do not hold for, or hold for otherwise: exemptions, overrides, and names that fail again and again. */
import { days, hours, type Instant, instant, minutes } from "@certmill/domain";
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
import type { Refusal } from "../problem.ts";
import { per } from "./allowance.ts";
import type { Limits } from "./limits.ts";

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
