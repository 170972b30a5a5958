import { operations } from "@certmill/api";
import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { countRows } from "./count-rows.ts";
import { readList } from "./read-list.ts";

const file = `domain,tenant,aliases
shop.com,a,"shop.net"
b.shop.com,a,
not a name,b,
"half a row,b
localhost,b,
`;

test("a file comes to the counts that a plan takes, and what is wrong stands in the order of its lines", async () => {
  const { rows, rejected } = readList(file);
  const told: number[] = [];
  const counted = await countRows(rows, rejected, (count) => told.push(count));
  expect(counted.list).toMatchObject({ domains: 2, names: 4, refused: 3, registeredDomains: 1 });
  expect(counted.rejected.map(({ line, code }) => [line, code])).toEqual([
    [4, "not-a-name"],
    [5, "malformed-row"],
    [6, "single-label"],
  ]);
  expect(told).toEqual([0]);
  expect(Value.Check(operations.makePlan.body, { list: counted.list })).toBe(true);
});
