import { expect, test } from "vitest";
import { readList } from "./read-list.ts";

test("a file's rows, and what is none with its line", () => {
  const { rows, rejected } = readList(
    '\uFEFFdomain,tenant\r\na.example,shop\r\n"b.example,shop\r\nc.example\r\n',
  );
  expect(rows).toEqual([
    { line: 2, domain: "a.example", tenant: "shop" },
    { line: 4, domain: "c.example" },
  ]);
  expect(rejected).toMatchObject([{ line: 3, code: "malformed-row" }]);
});

test.each([
  ["", "There is no domain in the file."],
  ["domain\n# none yet\n", "There is no domain in the file."],
  ["domain,owner\n", /"owner".*Known are: domain, tenant, aliases/],
])("%j is no list", (text, why) => {
  expect(() => readList(text)).toThrow(why);
});
