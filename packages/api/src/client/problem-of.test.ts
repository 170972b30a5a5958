import fc from "fast-check";
import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { Problem } from "../problem/problem.ts";
import { problemOf } from "./problem-of.ts";

const odd = fc.constantFrom<unknown>(undefined, null, 7, 0.5, "text", [], {}, [{ path: "/name" }], [7]);
const fault = fc.record({ path: fc.string(), message: fc.string(), more: fc.anything() });
const almostProblem = fc.record(
  {
    type: fc.oneof(fc.string(), odd),
    title: fc.oneof(fc.string(), odd),
    status: fc.oneof(fc.integer(), odd),
    detail: fc.oneof(fc.string(), odd),
    code: fc.oneof(fc.string(), odd),
    errors: fc.oneof(fc.array(fault), fc.array(odd), odd),
    termsOfService: fc.oneof(fc.string(), odd),
    more: fc.anything(),
  },
  { requiredKeys: [] },
);
const whole = fc.record({
  type: fc.string(),
  title: fc.string(),
  status: fc.integer(),
  detail: fc.string(),
  code: fc.string(),
});

test("a problem is what the schema says, by a check that does without the schema", async () => {
  const anything = fc.oneof(
    almostProblem,
    fc.tuple(whole, almostProblem).map(([problem, over]) => ({ ...problem, errors: over.errors })),
    fc.tuple(whole, almostProblem).map(([problem, { termsOfService }]) => ({ ...problem, termsOfService })),
    whole,
    odd,
  );
  const seen = { problems: 0, others: 0 };
  await fc.assert(
    fc.asyncProperty(anything, async (value) => {
      const text = JSON.stringify(value) ?? "";
      const document: unknown = text === "" ? null : JSON.parse(text);
      const told = await problemOf(new Response(text, { status: 500 }));
      if (Value.Check(Problem, document)) expect(told).toEqual(document);
      else expect(told.code).toBe("unexpected-answer");
      seen[told.code === "unexpected-answer" ? "others" : "problems"] += 1;
    }),
    { numRuns: 500 },
  );
  expect(Math.min(seen.problems, seen.others)).toBeGreaterThan(50);
});
