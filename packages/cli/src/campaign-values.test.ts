import { describe, expect, test } from "vitest";
import { dayWindow, finishBy, percentage } from "./campaign-values.ts";

describe("finishBy", () => {
  test.each([
    ["2027-02-20", "2027-02-20T23:59:59.000Z"],
    ["2027-02-20T18:00:00Z", "2027-02-20T18:00:00.000Z"],
    ["2027-02-20T18:00:00+02:00", "2027-02-20T16:00:00.000Z"],
  ])("%s", (text, at) => {
    expect(finishBy(text)).toBe(at);
  });
  test.each(["", "tomorrow", "2027-02-30", "2027-13-01", "20-02-2027", "2027-02-20T25:00:00Z"])(
    "not %s",
    (text) => {
      expect(() => finishBy(text)).toThrow("It must be a day");
    },
  );
});

describe("dayWindow", () => {
  test("two times", () => {
    expect(dayWindow("22:00-06:30")).toEqual({ from: "22:00", to: "06:30" });
  });
  test.each(["", "22:00", "22:00-24:00", "22-06", "22:00-22:00", "22:60-06:00"])("not %s", (text) => {
    expect(() => dayWindow(text)).toThrow("It must be two different times");
  });
});

describe("percentage", () => {
  test.each([
    ["50%", 0.5],
    ["0 %", 0],
    ["100%", 1],
    ["12.5%", 0.125],
  ])("%s", (text, share) => {
    expect(percentage(text)).toBe(share);
  });
  test.each(["", "0.5", "50", "101%", "-1%", "half"])("not %s", (text) => {
    expect(() => percentage(text)).toThrow("It must be 0% to 100%.");
  });
});
