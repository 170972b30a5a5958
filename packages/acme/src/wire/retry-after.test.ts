import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseRetryAfter, retryAtFromText } from "./retry-after.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const secondsSinceEpoch = fc.integer({
  min: Date.UTC(1980, 0, 1) / 1_000,
  max: Date.UTC(2099, 11, 31) / 1_000,
});

describe("parseRetryAfter", () => {
  it.each([
    [null, null],
    ["", null],
    ["0", NOW],
    ["3", NOW + 3_000],
    [" 120 ", NOW + 120_000],
    ["86400", NOW + 86_400_000],
    ["9999999999", NOW + 9_999_999_999_000],
    ["99999999999", null],
    ["-1", null],
    ["+1", null],
    ["1.5", null],
    ["1e3", null],
    ["Sun, 06 Nov 1994 08:49:37 GMT", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sunday, 06-Nov-94 08:49:37 GMT", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Wednesday, 06-Nov-30 08:49:37 GMT", Date.UTC(2030, 10, 6, 8, 49, 37)],
    ["Friday, 06-Nov-76 08:49:37 GMT", Date.UTC(2076, 10, 6, 8, 49, 37)],
    ["Saturday, 06-Nov-77 08:49:37 GMT", Date.UTC(1977, 10, 6, 8, 49, 37)],
    ["Sun Nov  6 08:49:37 1994", Date.UTC(1994, 10, 6, 8, 49, 37)],
    ["Sun Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
    ["Sun, 31 Feb 2027 08:49:37 GMT", null],
    ["Sun, 06 Nov 1994 24:00:00 GMT", null],
    ["Sun, 06 Nov 1994 23:60:00 GMT", null],
    ["Sun, 06 Nov 1994 23:59:61 GMT", null],
    ["Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2017, 0, 1)],
    ["Sun, 06 Foo 1994 08:49:37 GMT", null],
    ["Sun, 06 Nov 1994 08:49:37 CET", null],
    ["x Sun, 06 Nov 1994 08:49:37 GMT", null],
    ["Sun, 06 Nov 1994 08:49:37 GMT x", null],
    ["2026-11-22T12:00:00Z", null],
  ])("%j is %j", (header, expected) => {
    expect(parseRetryAfter(header, NOW)).toBe(expected);
  });

  it("reads what toUTCString writes", () => {
    fc.assert(
      fc.property(secondsSinceEpoch, (seconds) => {
        const instant = seconds * 1_000;
        expect(parseRetryAfter(new Date(instant).toUTCString(), NOW)).toBe(instant);
      }),
    );
  });

  it("answers any text with an instant or null", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const retryAt = parseRetryAfter(text, NOW);
        expect(retryAt === null || Number.isSafeInteger(retryAt)).toBe(true);
      }),
    );
  });
});

describe("retryAtFromText", () => {
  it.each([
    [
      "too many new orders (300) from this account in the last 3h0m0s, retry after 1970-01-01 00:18:15 UTC: see https://example.com/",
      1_095_000,
    ],
    [
      "too many certificates. Retry after 2023-08-04T12:00:00Z: see https://example.com/",
      Date.UTC(2023, 7, 4, 12),
    ],
    ["is over quota (30 requests in 60 seconds). Try again in 12.476542291s.", NOW + 12_477],
    ["Try again in 5 s", NOW + 5_000],
    ["retry after 2023-13-04 12:00:00 UTC", null],
    ["retry after a while", null],
    ["Service busy; retry later.", null],
    ["", null],
  ])("%j", (text, expected) => {
    expect(retryAtFromText(text, NOW)).toBe(expected);
  });
});
