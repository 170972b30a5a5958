import { describe, expect, test } from "vitest";
import { exactSetKey, lookedAt, type OrderPlan, spendingOf } from "./order-spending.ts";

const plan = (changes: Partial<OrderPlan>): OrderPlan => ({
  accountId: "7",
  names: ["www.example.com", "example.com", "a.shop.example.co.uk", "x.b.github.io"],
  exemption: "none",
  ...changes,
});

const names = (order: OrderPlan) => spendingOf(order).map(({ limit, key, spentAt }) => [limit, key, spentAt]);

describe("what an order spends", () => {
  test("the account's order when it is made, the others when it is issued; in the order of limit and key", () => {
    expect(names(plan({}))).toEqual([
      ["new-certificates-per-exact-set-of-identifiers", exactSetKey(plan({}).names), "issue"],
      ["new-certificates-per-registered-domain", "b.github.io", "issue"],
      ["new-certificates-per-registered-domain", "example.co.uk", "issue"],
      ["new-certificates-per-registered-domain", "example.com", "issue"],
      ["new-orders-per-account", "7", "order"],
    ]);
  });

  test("a renewal of the same names spends its set's count only", () => {
    expect(names(plan({ exemption: "same-set", names: ["example.com"] }))).toEqual([
      ["new-certificates-per-exact-set-of-identifiers", "example.com", "issue"],
    ]);
  });

  test("one by renewal information in its window spends nothing, and is held back by nothing", () => {
    expect(spendingOf(plan({ exemption: "renewal-information" }))).toEqual([]);
    expect(lookedAt(plan({ exemption: "renewal-information" }))).toEqual([]);
  });

  test("a set is the same in any order", () => {
    expect(exactSetKey(["b.example.com", "a.example.com"])).toBe(
      exactSetKey(["a.example.com", "b.example.com"]),
    );
  });

  test("failures are counted by account and name", () => {
    expect(lookedAt(plan({ names: ["example.com"], exemption: "same-set" })).map(({ key }) => key)).toEqual([
      "7/example.com",
      "7/example.com",
    ]);
  });
});
