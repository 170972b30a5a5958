import fc from "fast-check";
import { expect, test } from "vitest";
import { heatShades, heatStep } from "./heat-scale.ts";

test("each number up to the most has the shade that the legend gives it, and no other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), (most) => {
      const legend = heatShades(most);
      for (let value = 0; value <= most; value += 1) {
        const of = legend.filter(({ from, to }) => from <= value && value <= to).map(({ step }) => step);
        expect(of).toEqual([heatStep(value, most)]);
      }
    }),
  );
});

test("where nothing is counted there is only none", () => {
  expect(heatShades(0)).toEqual([{ step: 0, from: 0, to: 0 }]);
});
