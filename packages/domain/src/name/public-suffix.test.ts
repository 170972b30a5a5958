import { expect, test } from "vitest";
import { normaliseName } from "./normalise-name.ts";
import { registeredDomain } from "./public-suffix.ts";

test.each([
  ["example.com", "example.com"],
  ["a.b.shop.example.co.uk", "example.co.uk"],
  ["*.shop.example.com", "example.com"],
  ["*.example.com", "example.com"],
  ["a.b.github.io", "b.github.io"],
  ["*.github.io", "github.io"],
  ["github.io", "github.io"],
  ["co.uk", "co.uk"],
  ["a.www.ck", "www.ck"],
  ["a.b.c.ck", "b.c.ck"],
  ["a.b.公司.cn", "b.xn--55qx5d.cn"],
  ["nas.lan", "nas.lan"],
  ["intranet", "intranet"],
  ["192.0.2.7", "192.0.2.7"],
  ["2001:db8:1:2:3::7", "2001:db8:1:2::/64"],
])("%s counts for %s", (written, expected) => {
  const result = normaliseName(written, "private");
  expect(result.ok && registeredDomain(result.name)).toBe(expected);
});
