import fc from "fast-check";
import { expect, test } from "vitest";
import { leaveOut } from "./leave-out.ts";

const names = ["a.example", "www.a.example", "old.example"];

test.each([
  ["counts a failure", ["old.example"], {}, { "old.example": 1 }, []],
  ["leaves out at the third", ["old.example"], { "old.example": 2 }, { "old.example": 3 }, ["old.example"]],
  ["counts none where the site's own name fails", names, { "old.example": 2 }, { "old.example": 2 }, []],
  ["forgets none where no name is at fault", [], { "old.example": 2 }, { "old.example": 2 }, []],
  [
    "leaves out again what was tried again, whatever failed",
    [],
    { "old.example": 3 },
    { "old.example": 3 },
    ["old.example"],
  ],
  ["ignores a name that is not asked for", ["else.example"], {}, {}, []],
] as const)("%s", (_, failed, before, suspects, leftOut) => {
  const outcome = leaveOut(names, { names: failed, before, after: 3 });
  expect(outcome).toEqual({
    suspects,
    leftOut,
    rest: names.filter((name) => !leftOut.includes(name as never)),
  });
});

test("the first name always stays, and nothing is lost", () => {
  fc.assert(
    fc.property(
      fc.subarray(names),
      fc.dictionary(fc.constantFrom(...names), fc.nat(5)),
      fc.integer({ min: 1, max: 5 }),
      (failed, before, after) => {
        const { rest, leftOut } = leaveOut(names, { names: failed, before, after });
        expect(rest[0]).toBe(names[0]);
        expect([...rest, ...leftOut].sort()).toEqual([...names].sort());
      },
    ),
  );
});
