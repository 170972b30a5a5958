/** The alert rules that are shipped say the numbers that `certmill doctor` judges by. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { examinationLimits } from "@certmill/domain";
import { expect, test } from "vitest";

const rulesFile = join(import.meta.dirname, "../../../../deploy/prometheus/certmill.rules.yaml");
const { slowRoundTrip, fullFrom, mostDrift, mostOverdue } = examinationLimits;

test.each([
  ["certmill_database_round_trip_seconds) > ", slowRoundTrip / 1_000],
  ["certmill_database_connections_most) >= ", fullFrom],
  ["certmill_database_clock_ahead_seconds)) > ", mostDrift / 1_000],
  ["certmill_work_oldest_due_seconds) > ", mostOverdue / 1_000],
])("%s", async (expression, limit) => {
  const [, after = "", ...more] = (await readFile(rulesFile, "utf8")).split(expression);
  expect(more).toEqual([]);
  expect(Number(/^[\d.]+/.exec(after)?.[0])).toBe(limit);
});
