import { expect, test } from "vitest";
import { edgeMarks } from "./edge-marks.ts";

test.each([
  [{ alive: true, halfPairs: 0 }, [["good", "alive"]]],
  [{ alive: false, halfPairs: 0 }, [["bad", "silent"]]],
  [
    { alive: true, halfPairs: 1 },
    [
      ["good", "alive"],
      ["warn", "half of 1 pair only"],
    ],
  ],
  [
    { alive: false, halfPairs: 1_200 },
    [
      ["bad", "silent"],
      ["warn", "half of 1,200 pairs only"],
    ],
  ],
] as const)("%j", (edge, marks) => {
  expect(edgeMarks(edge).map(({ tone, word }) => [tone, word])).toEqual(marks);
});
