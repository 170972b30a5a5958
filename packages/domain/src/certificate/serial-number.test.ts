import fc from "fast-check";
import { expect, test } from "vitest";
import { serialNumber } from "./serial-number.ts";

test.each([
  ["03a1", "03a1"],
  ["3A1", "03a1"],
  ["0x03A1", "03a1"],
  ["00:03:A1", "03a1"],
  [" 03 a1\n", "03a1"],
  ["00", "00"],
  ["0000", "00"],
  ["", null],
  ["0x", null],
  ["serial", null],
  ["03a1,03a2", null],
  ["ab".repeat(20), "ab".repeat(20)],
  [`00${"ab".repeat(20)}`, "ab".repeat(20)],
  ["ab".repeat(21), null],
  ["a".repeat(1_000_000), null],
])("%j is %j", (text, serial) => {
  expect(serialNumber(text)).toBe(serial);
});

test("however a number is written it is the same, and stays as it is", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 159n }), (number) => {
      const hex = number.toString(16);
      const serial = serialNumber(hex);
      expect(serial === null ? null : BigInt(`0x${serial}`)).toBe(number);
      expect(serialNumber(`0x000${hex.toUpperCase()}`)).toBe(serial);
      expect(serialNumber(serial ?? "")).toBe(serial);
    }),
  );
});
