import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instants } from "../../test/issuance-arbitraries.ts";
import { after, days, hours, milliseconds } from "../time/instant.ts";
import { renewAt } from "./renewal.ts";

const lifetimes = fc.integer({ min: 1, max: days(825) }).map(milliseconds);

describe("renewAt", () => {
  test.each([
    ["90 days", days(90), days(60)],
    ["45 days", days(45), days(30)],
    ["10 days", days(10), milliseconds(576_000_000)],
    ["a millisecond less", milliseconds(days(10) - 1), milliseconds(days(5) - 1)],
    ["160 hours", hours(160), hours(80)],
  ])("%s", (_title, lifetime, age) => {
    fc.assert(
      fc.property(instants, (notBefore) => {
        expect(renewAt(notBefore, after(notBefore, lifetime))).toBe(after(notBefore, age));
      }),
    );
  });

  test("leaves at least a third of the lifetime, and is a whole millisecond within it", () => {
    fc.assert(
      fc.property(instants, lifetimes, (notBefore, lifetime) => {
        const notAfter = after(notBefore, lifetime);
        const at = renewAt(notBefore, notAfter);
        expect(Number.isInteger(at)).toBe(true);
        expect(at).toBeGreaterThanOrEqual(notBefore);
        expect(notAfter - at).toBeGreaterThanOrEqual(lifetime / 3);
        expect(notAfter - at).toBeLessThanOrEqual(lifetime / 2 + 1);
      }),
    );
  });

  test("a certificate that ends before it begins is renewed when it ends, not later", () => {
    fc.assert(
      fc.property(instants, lifetimes, (notAfter, lifetime) => {
        expect(renewAt(after(notAfter, lifetime), notAfter)).toBe(notAfter);
      }),
    );
  });
});
