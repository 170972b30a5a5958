import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instants } from "../../test/issuance-arbitraries.ts";
import { after, days, hours, instant, milliseconds, minutes } from "../time/instant.ts";
import {
  isInWindow,
  judgeWindow,
  type KnownWindow,
  type RenewalWindow,
  renewWithin,
} from "./renewal-window.ts";

const issued = instant(1_790_000_000_000);
const validity = { notBefore: issued, notAfter: after(issued, days(90)) };
const at = (day: number) => after(issued, days(day));
/** Boulder's: a hundredth of the life either side of the moment when a third is left. */
const usual: RenewalWindow = { start: at(59.1), end: at(60.9) };

const windows = fc
  .record({ start: instants, length: fc.integer({ min: 1, max: days(200) }) })
  .map(({ start, length }): RenewalWindow => ({ start, end: after(start, milliseconds(length)) }));

describe("renewWithin", () => {
  test("is in the first nine tenths of the window, evenly, and a lineage's own", () => {
    const lineages = 5_000;
    const instantOf = (n: number) => renewWithin(usual, { lineageId: String(n), validity, now: issued });
    const shares = Array.from({ length: lineages }, (_, n) => (instantOf(n) - usual.start) / days(1.8));
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...shares)).toBeLessThan(0.9);
    for (let tenth = 0; tenth < 9; tenth += 1) {
      const count = shares.filter((share) => share >= tenth / 10 && share < (tenth + 1) / 10).length;
      // Four standard deviations.
      expect(Math.abs(count - lineages / 9)).toBeLessThan(90);
    }
    expect(instantOf(7)).toBe(instantOf(7));
  });

  test("an order at that instant is in the window, unless it has gone by or the certificate ends before", () => {
    fc.assert(
      fc.property(windows, instants, fc.nat(), (window, now, lineage) => {
        const renewAt = renewWithin(window, { lineageId: String(lineage), validity, now });
        expect(Number.isInteger(renewAt)).toBe(true);
        expect(renewAt).toBeGreaterThanOrEqual(now);
        const waited = renewAt > now && renewAt < after(issued, days(87));
        if (waited) expect(isInWindow(window, renewAt)).toBe(true);
      }),
    );
  });

  test("never before half of the lifetime, unless the window ends before that", () => {
    const all = { start: issued, end: validity.notAfter };
    const early = { start: at(10), end: at(11) };
    for (let lineage = 0; lineage < 1_000; lineage += 1) {
      const request = { lineageId: String(lineage), validity, now: issued };
      expect(renewWithin(all, request)).toBeGreaterThanOrEqual(at(45));
      expect(isInWindow(early, renewWithin(early, request))).toBe(true);
    }
  });

  test("now, when the window has gone by", () => {
    const gone = { start: at(2), end: at(3) };
    expect(renewWithin(gone, { lineageId: "1", validity, now: at(3) })).toBe(at(3));
  });

  test("a window is not waited for when the end is near", () => {
    const late = { start: at(89), end: at(95) };
    expect(renewWithin(late, { lineageId: "1", validity, now: issued })).toBe(at(87));
    const short = { notBefore: issued, notAfter: after(issued, hours(160)) };
    expect(renewWithin(late, { lineageId: "1", validity: short, now: issued })).toBe(
      Math.floor(issued + (hours(160) * 5) / 6),
    );
  });
});

describe("judgeWindow", () => {
  const known = (window: RenewalWindow, urgent = false): KnownWindow => ({ window, urgent });
  const past: RenewalWindow = { start: at(9), end: at(9.5) };
  const table: readonly (readonly [string, RenewalWindow, KnownWindow | null, number, string])[] = [
    ["the first", usual, null, 0, "-"],
    ["the same again", usual, known(usual), 10, "-"],
    ["the same, gone by: the renewal is late, and no more", usual, known(usual), 70, "-"],
    ["the same, which was told when it had gone by", past, known(past, true), 11, "urgent"],
    ["one that is earlier", { start: at(20), end: at(21) }, known(usual), 10, "moved"],
    ["one that begins now", { start: at(10), end: at(11) }, known(usual), 10, "moved"],
    ["one that has gone by", past, known(usual), 10, "moved urgent"],
    ["one that has just ended", { start: at(9), end: at(10) }, known(usual), 10, "moved urgent"],
    [
      "one that is always just gone by",
      { start: at(9.6), end: at(9.9) },
      known(past, true),
      10,
      "moved urgent",
    ],
    ["one that was taken back", usual, known(past, true), 10, "moved"],
    ["the first, gone by before any CA would renew", past, null, 10, "urgent"],
    ["the first, gone by as they do", usual, null, 70, "-"],
  ];

  test.each(table)("%s", (_, window, before, day, expected) => {
    const { isMoved, urgent } = judgeWindow(window, { before, validity, now: at(day) });
    const said = [...(isMoved ? ["moved"] : []), ...(urgent ? ["urgent"] : [])].join(" ");
    expect(said === "" ? "-" : said).toBe(expected);
  });

  test("a window that lies ahead is never urgent", () => {
    fc.assert(
      fc.property(windows, instants, fc.option(windows), (window, now, before) => {
        const judged = judgeWindow(window, {
          before: before === null ? null : known(before, true),
          validity,
          now,
        });
        if (window.end > now) expect(judged.urgent).toBe(false);
      }),
    );
  });
});

test("a window holds from its start until just before its end", () => {
  const window = { start: at(1), end: after(at(1), minutes(1)) };
  expect(
    [window.start - 1, window.start, window.end - 1, window.end].map((now) =>
      isInWindow(window, instant(now)),
    ),
  ).toEqual([false, true, true, false]);
});
