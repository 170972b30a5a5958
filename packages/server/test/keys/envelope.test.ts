import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { open, rewrap, SecretDamaged, seal } from "../../src/keys/envelope.ts";
import { newKeyLine, parseKeyRing, UnknownKey } from "../../src/keys/key-ring.ts";
import type { Sealed } from "../../src/store/secrets.ts";

const lines = [newKeyLine(new Date(0)), newKeyLine(new Date(1e12))] as const;
const ring = parseKeyRing(lines.join(""));
const rotated = parseKeyRing(lines.toReversed().join(""));
const stranger = parseKeyRing(newKeyLine(new Date(2e12)));

test("what is sealed opens to the same bytes, before and after its key is rewrapped", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3_000 }), (secret) => {
      const sealed = seal(ring, secret);
      expect(sealed.kekId).toBe(ring.current.id);
      expect(Buffer.from(open(ring, sealed))).toEqual(Buffer.from(secret));
      const again = { ...sealed, ...rewrap(rotated, sealed) };
      expect(again.kekId).toBe(rotated.current.id);
      expect(Buffer.from(open(ring, again))).toEqual(Buffer.from(secret));
    }),
  );
});

test("the same secret is never sealed to the same bytes, and never shows in them", () => {
  const secret = Buffer.from("a private key, long enough to be found again");
  const [one, two] = [seal(ring, secret), seal(ring, secret)];
  expect(one.ciphertext).not.toEqual(two.ciphertext);
  expect(one.wrappedKey).not.toEqual(two.wrappedKey);
  expect(Buffer.from(one.ciphertext).includes(secret.subarray(0, 8))).toBe(false);
});

describe("one changed bit anywhere is noticed", () => {
  const sealed = seal(ring, Buffer.from("secret"));
  const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
    const changed = Uint8Array.from(bytes);
    const index = bit >> 3;
    changed[index] = (changed[index] ?? 0) ^ (1 << (bit & 7));
    return changed;
  };
  const damaged = (change: Partial<Sealed>): void => {
    expect(() => open(ring, { ...sealed, ...change })).toThrow(SecretDamaged);
  };

  test.each(["wrappedKey", "ciphertext"] as const)("%s: nonce, content and tag", (part) => {
    for (let bit = 0; bit < sealed[part].length * 8; bit++) damaged({ [part]: flip(sealed[part], bit) });
  });

  test.each(["wrappedKey", "ciphertext"] as const)("%s cut short anywhere, or empty", (part) => {
    for (let length = 0; length < sealed[part].length; length++) {
      damaged({ [part]: sealed[part].subarray(0, length) });
    }
  });

  test("the id of the wrapping key, too", () => {
    damaged({ kekId: rotated.current.id });
    const other = seal(ring, Buffer.from("another"));
    damaged({ wrappedKey: other.wrappedKey });
    damaged({ ciphertext: other.ciphertext });
  });
});

test("a key that is not in the ring is named, as it must be brought", () => {
  const sealed = seal(stranger, Buffer.from("secret"));
  expect(() => open(ring, sealed)).toThrow(UnknownKey);
  expect(() => open(ring, sealed)).toThrow(`"${stranger.current.id}"`);
  expect(() => rewrap(ring, sealed)).toThrow(UnknownKey);
});
