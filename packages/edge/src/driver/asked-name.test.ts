import { expect, test } from "vitest";
import { parseAskedName } from "./asked-name.ts";

const long = `${"a".repeat(63)}.`.repeat(4);

test.each([
  ["shop.example.com", "shop.example.com"],
  ["Shop.EXAMPLE.com.", "shop.example.com"],
  ["a_b.example.com", "a_b.example.com"],
  ["localhost", "localhost"],
  ["192.0.2.7", "192.0.2.7"],
  ["2001:DB8::7", "2001:db8::7"],
  ["xn--bcher-kva.example", "xn--bcher-kva.example"],
  [long.slice(0, -3), long.slice(0, -3)],
  ["", null],
  [".", null],
  ["a..example.com", null],
  ["-a.example.com", null],
  ["a-.example.com", null],
  ["*.example.com", null],
  ["bücher.example", null],
  ["a/../b", null],
  ["a b", null],
  ["a\u0000.example.com", null],
  ["a.example.com\n", null],
  [`${"a".repeat(64)}.example.com`, null],
  [long, null],
  ["a".repeat(100_000), null],
])("%j is asked for as %j", (text, name) => {
  expect(parseAskedName(text)).toBe(name);
});
