import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instants } from "../../test/issuance-arbitraries.ts";
import { days, instant, minutes } from "../time/instant.ts";
import { type DailyWindow, isOpen, nextOpening, openFor } from "./daily-window.ts";

const minute = fc.integer({ min: 0, max: 1_439 });
const windows: fc.Arbitrary<DailyWindow> = fc.record({ start: minute, end: minute });

const at = (time: string) => instant(Date.parse(`2027-01-15T${time}Z`));
const night: DailyWindow = { start: 22 * 60, end: 6 * 60 };
const office: DailyWindow = { start: 9 * 60, end: 17 * 60 };

describe("a daily window", () => {
  test.each([
    ["passes midnight, before", night, "21:59:59.999", false],
    ["passes midnight, at its start", night, "22:00:00.000", true],
    ["passes midnight, after it", night, "00:00:00.000", true],
    ["passes midnight, at its end", night, "06:00:00.000", false],
    ["in a day, before", office, "08:59:59.999", false],
    ["in a day, at its start", office, "09:00:00.000", true],
    ["in a day, its last", office, "16:59:59.999", true],
    ["in a day, at its end", office, "17:00:00.000", false],
    ["ends as it starts", { start: 60, end: 60 }, "01:00:00.000", true],
  ])("that %s", (_title, window, time, open) => {
    expect(isOpen(window, at(time))).toBe(open);
  });

  test("opens next on the same day or on the next", () => {
    expect(nextOpening(night, at("12:00:00.000"))).toBe(at("22:00:00.000"));
    expect(nextOpening(office, at("18:30:00.001"))).toBe(instant(at("09:00:00.000") + days(1)));
  });

  test("none is always open", () => {
    expect(isOpen(null, at("03:00:00.000"))).toBe(true);
  });

  test("is open at its next opening and, when that is later, not a millisecond before", () => {
    fc.assert(
      fc.property(windows, instants, (window, now) => {
        const opening = nextOpening(window, now);
        expect(opening).toBeGreaterThanOrEqual(now);
        expect(opening - now).toBeLessThan(days(1));
        expect(isOpen(window, opening)).toBe(true);
        if (opening === now) return;
        expect(isOpen(window, now)).toBe(false);
        expect(isOpen(window, instant(opening - 1))).toBe(false);
      }),
    );
  });

  test("is open for so many minutes of a day", () => {
    fc.assert(
      fc.property(windows, instants, ({ start, end }, now) => {
        const window = { start, end };
        const midnight = now - (now % days(1));
        let open = 0;
        for (let each = 0; each < 1_440; each += 1)
          if (isOpen(window, instant(midnight + minutes(each)))) open += 1;
        expect(minutes(open)).toBe(openFor(window));
      }),
      { numRuns: 20 },
    );
  });
});
