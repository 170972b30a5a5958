import fc from "fast-check";
import { expect, it } from "vitest";
import { isDnsName } from "./dns-name.ts";

it.each([
  "example.com",
  "EXAMPLE.com",
  "localhost",
  "a.b.c.d.e.f.example",
  "xn--bcher-kva.example",
  "1.example",
  "1and1.example",
  "3com",
  "a--b.example",
  `${"a".repeat(63)}.example`,
  `${"a.".repeat(126)}a`,
])("%s is a DNS name", (name) => {
  expect(isDnsName(name)).toBe(true);
});

it.each([
  "",
  ".",
  "example.com.",
  ".example.com",
  "a..example",
  "*.example.com",
  "-a.example",
  "a-.example",
  "_dmarc.example.com",
  "a b.example",
  "a.example\n",
  "a.example\0",
  "bücher.example",
  "\u212Aelvin.example",
  "a\u3002example",
  "192.0.2.1",
  "192.0.2.256",
  "example.123",
  "2001:db8::1",
  "example.com:443",
  `${"a".repeat(64)}.example`,
  `${"a.".repeat(126)}aa`,
])("%j is none", (name) => {
  expect(isDnsName(name)).toBe(false);
});

it("takes no other characters than those of a host name", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      if (isDnsName(text)) expect(text).toMatch(/^[A-Za-z0-9.-]{1,253}$/);
    }),
  );
});
