import fc from "fast-check";
import { expect, test } from "vitest";
import { cellsOf, readList } from "./read-list.ts";

test("one name a line, with comments and empty lines", () => {
  expect(readList("\uFEFF# ours\na.example\r\n\r\n b.example # the shop\n")).toEqual({
    rows: [
      { line: 2, domain: "a.example" },
      { line: 4, domain: "b.example" },
    ],
    rejected: [],
  });
});

test("columns in any order, with the delimiter of the first line", () => {
  const text = 'Tenant;Domain;Aliases\nshop;a.example;"b.example c.example"\n;d.example;\n';
  expect(readList(text).rows).toEqual([
    { line: 2, domain: "a.example", tenant: "shop", aliases: ["b.example", "c.example"] },
    { line: 3, domain: "d.example" },
  ]);
});

test("a row that is not as the first line says is told with its line, and the others go on", () => {
  const { rows, rejected } = readList('domain,tenant\n"a.example,shop\nb.example,shop,more\nc.example\n');
  expect(rows).toEqual([{ line: 4, domain: "c.example" }]);
  expect(rejected.map(({ line, code }) => [line, code])).toEqual([
    [2, "malformed-row"],
    [3, "malformed-row"],
  ]);
});

test.each([
  ["", /empty/],
  ["a.example,shop\n", /does not name them/],
  ["domain,owner\n", /owner/],
])("%j is no list", (text, why) => {
  expect(() => readList(text)).toThrow(why);
});

test("cells that were quoted come back as they were", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "b", ".", ",", '"', ";"), maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(cell, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(",", ";"),
      (cells, delimiter) => {
        const line = cells.map((each) => `"${each.replaceAll('"', '""')}"`).join(delimiter);
        expect(cellsOf(line, delimiter)).toEqual(cells);
      },
    ),
  );
});
