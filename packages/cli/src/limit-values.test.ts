import { expect, test } from "vitest";
import { limitName, periodSeconds, startText } from "./limit-values.ts";

test("a limit is one that there is", () => {
  expect(limitName("new-orders-per-account")).toBe("new-orders-per-account");
  expect(() => limitName("orders")).toThrow(/There are: new-orders-per-account, /);
});

test("a period has a unit", () => {
  expect(["90s", "30min", "30m", "3 h", "7d", "1w"].map(periodSeconds)).toEqual([
    90, 1_800, 1_800, 10_800, 604_800, 604_800,
  ]);
  for (const text of ["7", "0d", "-1d", "1.5h", "d", "7 days", ""])
    expect(() => periodSeconds(text)).toThrow(/a number with its unit/);
});

test("a start is a day in UTC or an instant", () => {
  expect(startText("2026-12-06")).toBe("2026-12-06T00:00:00.000Z");
  expect(startText("2026-12-06T08:00:00+01:00")).toBe("2026-12-06T07:00:00.000Z");
  for (const text of [
    "2026-02-31",
    "2026-02-31T08:00:00Z",
    "2026-12-06T08:00:00",
    "6 Dec 2026",
    "2026-13-01",
    "",
  ])
    expect(() => startText(text)).toThrow(/a day or an instant/);
});
