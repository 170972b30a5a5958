import { expect, test } from "vitest";
import { delegationTarget, namesByDns, proofName } from "./delegation.ts";

test("a domain and its wildcard are proven at one name", () => {
  expect(proofName("shop.example.com")).toBe("_acme-challenge.shop.example.com");
  expect(proofName("*.shop.example.com")).toBe("_acme-challenge.shop.example.com");
});

test("the target has the domain's name, so that no two have the same", () => {
  expect(delegationTarget("*.shop.example.com", "acme.test")).toBe("shop.example.com.acme.test");
  const long = `${"a".repeat(60)}.`.repeat(4) + "test";
  expect(delegationTarget(long, "a.test")).toBe(null);
  expect(delegationTarget(long, "t")).toBe(`${long}.t`);
});

test("wildcards go by DNS in any case, the others by wish, addresses never", () => {
  const names = ["a.test", "*.a.test", "www.b.test", "192.0.2.1", "2001:db8::1"];
  expect(namesByDns(names, null)).toEqual(["a.test"]);
  expect(namesByDns(names, "http-01")).toEqual(["a.test"]);
  expect(namesByDns(names, "dns-01")).toEqual(["a.test", "www.b.test"]);
});
