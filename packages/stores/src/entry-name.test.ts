import fc from "fast-check";
import { expect, test } from "vitest";
import { entryName, objectName } from "./entry-name.ts";

test.each([
  ["shop.example.com", "shop.example.com"],
  ["192.0.2.1", "192.0.2.1"],
  ["*.example.com", "wildcard.example.com"],
  ["wildcard.example.com", "wildcard-host.example.com"],
  ["wildcard-host.example.com", "wildcard-host-host.example.com"],
  ["my_shop.example.com", /^my-shop\.example\.com-[0-9a-f]{16}$/],
  ["2001:db8::1", /^2001-db8-1-[0-9a-f]{16}$/],
  ["::1", /^1-[0-9a-f]{16}$/],
  ["db-rsa", /^db-rsa-[0-9a-f]{16}$/],
  ["_", /^name-[0-9a-f]{16}$/],
  [`${"a".repeat(63)}.`.repeat(4).slice(0, 253), /^(a+\.){3}a{61}$/],
  [`wildcard.${`${"a".repeat(60)}.`.repeat(4)}com`, /-[0-9a-f]{16}$/],
])("%s is %s", (name, expected) => {
  expect(objectName(name)).toMatch(typeof expected === "string" ? new RegExp(`^${expected}$`) : expected);
});

const label = fc.oneof(
  fc.constantFrom("*", "wildcard", "wildcard-host", "a", "-", "_", "", "xn--a", "0123456789abcdef"),
  fc.stringMatching(/^[a-z0-9_:-]{1,63}$/),
);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join("."));

test("every name is one that Kubernetes takes", () => {
  fc.assert(
    fc.property(name, (given) => {
      const made = objectName(given);
      expect(made.length).toBeLessThanOrEqual(253);
      expect(made).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
    }),
  );
});

test("no two names have the same one, not even one and what another is called", () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      for (const another of [other, objectName(one), objectName(objectName(one))]) {
        if (another !== one) expect(objectName(another)).not.toBe(objectName(one));
      }
    }),
  );
});

const entry = (of: string, twinOf: string | null) => entryName({ lineageId: "1", names: [of], twinOf });

test("the RSA certificate of a pair lies beside the other", () => {
  expect(entry("shop.example.com", null)).toBe("shop.example.com");
  expect(entry("shop.example.com", "1")).toBe("shop.example.com-rsa");
  expect(entry("*.example.com", "1")).toBe("wildcard.example.com-rsa");
});

test("where nothing else is, whatever the names are", () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      const beside = entry(one, "1");
      expect(beside.length).toBeLessThanOrEqual(253);
      expect(beside).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/);
      for (const another of [other, one, beside, `${one}-rsa`]) expect(entry(another, null)).not.toBe(beside);
      if (one !== other) expect(entry(other, "1")).not.toBe(beside);
    }),
  );
});
