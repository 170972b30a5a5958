import fc from "fast-check";
import { expect, test } from "vitest";
import { ownFault } from "../../src/effects/own-fault.ts";
import { SecretDamaged } from "../../src/keys/envelope.ts";
import { UnknownKey } from "../../src/keys/key-ring.ts";

const secret = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA==";
const unread = (): unknown => {
  try {
    return JSON.parse("hunter2");
  } catch (error) {
    return error;
  }
};
test.each([
  [
    new UnknownKey("2025"),
    'A secret is sealed with the key-encryption key "2025", which is not in the key file: add that key\'s line to it.',
  ],
  [new SecretDamaged("A stored secret does not decrypt."), "A stored secret does not decrypt."],
  [
    new TypeError("Cannot read properties of null (reading 'x')"),
    "TypeError: Cannot read properties of null (reading 'x')",
  ],
  [new RangeError(""), "RangeError"],
  [new Error("first line\nsecond line"), "first line"],
  [new Error(`no key in ${secret}.`), "no key in …."],
  [
    new Error("cannot reach https://user:hunter2@dns.example.test/"),
    "cannot reach https://…@dns.example.test/",
  ],
  [
    new TypeError("The \"key\" argument must be of type object. Received 'hunter2'"),
    'TypeError: The "key" argument must be of type object. Received …',
  ],
  [unread(), "SyntaxError"],
  ["hunter2", "Something that is no error was thrown."],
])("%s", (error, detail) => {
  expect(ownFault(error)).toEqual({ code: "internal-error", detail, retryAt: null });
});

/** NUL, a pair of surrogates, halves of one, a line's end. */
const awkward = fc.constantFrom("a", " ", "\0", "\u{1F512}", "\uD83D", "\uDD12", "\n");

test("whatever was thrown, what is told is short, and the database takes it", () => {
  fc.assert(
    fc.property(fc.string({ unit: awkward, maxLength: 400 }), (message) => {
      const { detail } = ownFault(new Error(message));
      expect(detail.length).toBeLessThanOrEqual(300);
      expect(detail.isWellFormed()).toBe(true);
      expect(detail).not.toContain("\0");
      expect(detail).not.toBe("");
    }),
  );
});
