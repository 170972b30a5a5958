import { expect, test } from "vitest";
import { after, days, hours, instant } from "../time/instant.ts";
import { patientUntil } from "./renewal-patience.ts";

const notBefore = instant(Date.parse("2026-12-01T00:00:00Z"));

test.each([
  ["90 days", days(90), days(60 + 7.5)],
  ["45 days", days(45), days(30 + 3.75)],
  ["six days, renewed half way", days(6), hours(72 + 18)],
])("a certificate for %s", (_, lifetime, waits) => {
  expect(patientUntil({ notBefore, notAfter: after(notBefore, lifetime) })).toBe(after(notBefore, waits));
});
