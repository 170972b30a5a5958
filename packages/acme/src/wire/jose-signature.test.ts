import { generateKeyPairSync, sign, verify } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joseSignature } from "./jose-signature.ts";

const derOf = (...integers: readonly (readonly number[])[]): Uint8Array => {
  const content = integers.flatMap((bytes) => [0x02, bytes.length, ...bytes]);
  return Uint8Array.from([0x30, content.length, ...content]);
};

describe("joseSignature", () => {
  it.each([
    ["P-256", "sha256", 32],
    ["P-384", "sha384", 48],
  ])("is what Node verifies as a JWS signature on %s", (namedCurve, hash, width) => {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
    // Of 400 signatures, about 3 have an integer whose first byte is zero, and half have one whose first bit is set.
    for (let index = 0; index < 400; index += 1) {
      const input = Buffer.from(`header.${index}`);
      const signature = joseSignature(sign(hash, input, privateKey), width);
      expect(signature).toHaveLength(2 * width);
      expect(verify(hash, input, key, signature), `signature ${index}`).toBe(true);
    }
  });

  it("writes integers of any length at the right end of their halves", () => {
    const integer = fc.uint8Array({ minLength: 1, maxLength: 32 }).filter((bytes) => bytes[0] !== 0);
    fc.assert(
      fc.property(integer, integer, (r, s) => {
        const der = derOf(positive(r), positive(s));
        const padded = [r, s].map((bytes) => Buffer.concat([Buffer.alloc(32 - bytes.length), bytes]));
        expect(joseSignature(der, 32).equals(Buffer.concat(padded))).toBe(true);
      }),
    );
  });

  it("writes a zero", () => {
    expect(joseSignature(derOf([0], [1]), 2)).toEqual(Buffer.from([0, 0, 0, 1]));
  });

  it.each([
    ["nothing", []],
    ["another tag", [0x31, 6, 2, 1, 1, 2, 1, 1]],
    ["no integer first", [0x30, 6, 3, 1, 1, 2, 1, 1]],
    ["no integer second", [0x30, 6, 2, 1, 1, 3, 1, 1]],
    ["a length that is too great", [0x30, 7, 2, 1, 1, 2, 1, 1]],
    ["a second integer beyond the end", [0x30, 6, 2, 1, 1, 2, 2, 1]],
    ["something after the integers", [0x30, 7, 2, 1, 1, 2, 1, 1, 0]],
    ["one integer", [0x30, 3, 2, 1, 1]],
    ["an integer wider than the curve", [0x30, 8, 2, 3, 1, 1, 1, 2, 1, 1]],
  ])("refuses %s", (_, bytes) => {
    expect(() => joseSignature(Uint8Array.from(bytes), 2)).toThrow(RangeError);
  });

  it("reads or refuses any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        try {
          expect(joseSignature(bytes, 32)).toHaveLength(64);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

function positive(bytes: Uint8Array): readonly number[] {
  return [...((bytes[0] ?? 0) >= 0x80 ? [0] : []), ...bytes];
}
