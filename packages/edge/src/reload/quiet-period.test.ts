import fc from "fast-check";
import { expect, test } from "vitest";
import { reloadDue } from "./quiet-period.ts";

test("changes that go on put it off, but not for ever", () => {
  const bounds = { quiet: 2_000, mostDelay: 15_000 };
  expect(reloadDue({ firstChangeAt: 0, lastChangeAt: 0 }, bounds)).toBe(2_000);
  expect(reloadDue({ firstChangeAt: 0, lastChangeAt: 9_000 }, bounds)).toBe(11_000);
  expect(reloadDue({ firstChangeAt: 0, lastChangeAt: 14_000 }, bounds)).toBe(15_000);
});

test("never before the quiet period is over, unless the first change has waited long enough", () => {
  const time = fc.nat(100_000);
  fc.assert(
    fc.property(time, time, time, time, (firstChangeAt, later, quiet, mostDelay) => {
      const lastChangeAt = firstChangeAt + later;
      const due = reloadDue({ firstChangeAt, lastChangeAt }, { quiet, mostDelay });
      expect(due).toBeLessThanOrEqual(firstChangeAt + mostDelay);
      expect(due === firstChangeAt + mostDelay || due === lastChangeAt + quiet).toBe(true);
    }),
  );
});
