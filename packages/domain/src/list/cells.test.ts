import fc from "fast-check";
import { expect, test } from "vitest";
import { cellsOf } from "./cells.ts";

test.each([
  ["a,b,", ",", ["a", "b", ""]],
  ['"a,b";c', ";", ["a,b", "c"]],
  [' "a" ,\t"b" ', ",", ["a", "b"]],
  ['\t"b"\t', "\t", ["", "b", ""]],
  ['"he said ""no""",""', ",", ['he said "no"', ""]],
  ['""""', ",", ['"']],
])("%j separated by %j", (line, delimiter, cells) => {
  expect(cellsOf(line, delimiter)).toEqual(cells);
});

test.each(['"a', 'a"b', '"a"b', '"a" b,c', 'a,"b"",c', '"a","'])("the quotes of %s are wrong", (line) => {
  expect(cellsOf(line, ",")).toBeNull();
});

const cell = fc
  .string({ unit: fc.constantFrom("a", "b", ".", ",", '"', ";", "\t", " "), maxLength: 6 })
  .map((text) => text.trim());
const delimiter = fc.constantFrom(",", ";", "\t");

test("cells that were quoted come back as they were, whatever space stands around them", () => {
  const space = fc.constantFrom("", " ", "   ");
  fc.assert(
    fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), delimiter, space, (cells, between, pad) => {
      const line = cells.map((each) => `${pad}"${each.replaceAll('"', '""')}"${pad}`).join(between);
      expect(cellsOf(line, between)).toEqual(cells);
    }),
  );
});

test("the cells of a line are those of its ends, cut at any delimiter that is outside of quotes", () => {
  const part = fc.array(cell, { minLength: 1, maxLength: 3 });
  const written = (cells: readonly string[], between: string): string =>
    cells
      .map((each) =>
        each.includes('"') || each.includes(between) ? `"${each.replaceAll('"', '""')}"` : each,
      )
      .join(between);
  fc.assert(
    fc.property(part, part, delimiter, (left, right, between) => {
      const [a, b] = [written(left, between), written(right, between)];
      expect(cellsOf(`${a}${between}${b}`, between)).toEqual([...left, ...right]);
    }),
  );
});
