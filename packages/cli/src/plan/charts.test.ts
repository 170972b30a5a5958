import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { axisEnd, type DaySeries, inColumns } from "./day-series.ts";
import { svgChart } from "./svg-chart.ts";
import { terminalChart } from "./terminal-chart.ts";

const counts = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 800 });
const seriesOf = (certificates: readonly number[]): DaySeries => ({
  firstDay: "2026-11-26",
  lastDay: "2027-11-26",
  certificates,
  renewals: certificates.map((value) => value / 2),
});

describe("the chart in a terminal", () => {
  test("is as wide as it may be, and not wider", () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 50, max: 120 }), (values, width) => {
        for (const line of terminalChart(seriesOf(values), width))
          expect(line.length).toBeLessThanOrEqual(width);
      }),
    );
  });

  test("begins at its axis and ends with its last day", () => {
    const lines = terminalChart(seriesOf([0, 500, 1_000]), 60);
    expect(lines[0]).toBe("1,000 ┤  █");
    expect(lines[4]).toBe("      │ ██");
    expect(lines.at(-1)).toBe("       2026-11-26 2026-11-28");
  });
});

test("an axis ends at a round number that is not less", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (most) => {
      expect(axisEnd(most)).toBeGreaterThanOrEqual(most);
      expect(axisEnd(most)).toBeLessThanOrEqual(Math.max(1, most * 2));
    }),
  );
});

test("columns are averages, and keep the whole", () => {
  expect(inColumns([1, 3, 5, 7], 2)).toEqual([2, 6]);
  expect(inColumns([1, 2], 5)).toEqual([1, 2]);
});

test("the SVG has a bar for each day with certificates, and no text that is markup", () => {
  const svg = svgChart(seriesOf([1, 0, 2]), { title: "a < b & c", subtitle: "" });
  expect(svg.match(/<rect [^>]*fill="#2f6fb2"/g)).toHaveLength(2 + 1);
  expect(svg).toContain("a &lt; b &amp; c");
});
