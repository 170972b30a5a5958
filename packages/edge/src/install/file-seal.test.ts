import fc from "fast-check";
import { expect, test } from "vitest";
import { FileSeal, isSealed, readSeal, sealKeyVariable } from "./file-seal.ts";

const keys = fc.uint8Array({ minLength: 32, maxLength: 32 });

test("what was sealed is opened by the same key only, and not once a bit of it has changed", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), keys, keys, fc.nat(), (text, key, other, at) => {
      const whole = text.toWellFormed();
      const seal = new FileSeal(key);
      const sealed = seal.seal(whole);
      expect(isSealed(sealed)).toBe(true);
      expect(seal.open(sealed)).toBe(whole);
      expect(seal.seal(whole)).not.toBe(sealed);
      if (Buffer.compare(key, other) !== 0) expect(new FileSeal(other).open(sealed)).toBeNull();
      const [head = "", id = "", content = ""] = sealed.trimEnd().split(" ");
      const bytes = Buffer.from(content, "base64");
      const place = at % bytes.length;
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      expect(seal.open(`${head} ${id} ${bytes.toString("base64")}`)).toBeNull();
      expect(seal.open(`${head} ${id} ${bytes.subarray(0, place).toString("base64")}`)).toBeNull();
    }),
  );
});

test.each(["", "certmill-sealed-1", "-----BEGIN PRIVATE KEY-----", "certmill-sealed-1 x AAAA"])(
  "%j is not sealed by it",
  (text) => {
    expect(new FileSeal(Buffer.alloc(32)).open(text)).toBeNull();
  },
);

test("the key comes from the environment, or not at all; what is none is said", async () => {
  const key = Buffer.alloc(32, 1).toString("base64");
  expect(await readSeal(null, {})).toBeNull();
  expect(await readSeal(null, { [sealKeyVariable]: `${key}\n` })).toBeInstanceOf(FileSeal);
  for (const wrong of ["", "x", key.slice(4), "not base64 at all!"]) {
    await expect(readSeal(null, { [sealKeyVariable]: wrong })).rejects.toThrow("32 bytes in base64");
  }
  await expect(readSeal("/nowhere/key", {})).rejects.toThrow("/nowhere/key cannot be read (ENOENT)");
});
