import fc from "fast-check";
import { expect, it } from "vitest";
import { validationName } from "./validation-name.ts";

it.each([
  ["example.com", "_label.example.com"],
  ["*.example.com", "_label.example.com"],
  ["A.Example.COM", "_label.a.example.com"],
  ["xn--bcher-kva.example", "_label.xn--bcher-kva.example"],
  ["localhost", "_label.localhost"],
])("puts the labels before %s", (domain, name) => {
  expect(validationName("_label", domain)).toBe(name);
});

it.each([
  "",
  ".",
  "*",
  "*.",
  "*.*.example.com",
  "a.*.example.com",
  "example.com.",
  ".example.com",
  "a..example.com",
  "-a.example.com",
  "a-.example.com",
  "a_b.example.com",
  "bücher.example",
  "\u212Aelvin.example",
  "a b.example",
  "a.example\n",
  "192.0.2.1",
  "192.0.2",
  "2001:db8::1",
  `${"a".repeat(64)}.example`,
])("refuses %j", (domain) => {
  expect(() => validationName("_label", domain)).toThrow(TypeError);
});

it("never makes a name that DNS has no room for", () => {
  const label = fc.stringMatching(/^[a-z]{1,63}$/);
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 8 }), (labels) => {
      const domain = labels.join(".");
      const whole = `_acme-challenge.${domain}`;
      if (whole.length <= 253) expect(validationName("_acme-challenge", domain)).toBe(whole);
      else expect(() => validationName("_acme-challenge", domain)).toThrow(TypeError);
    }),
  );
});
