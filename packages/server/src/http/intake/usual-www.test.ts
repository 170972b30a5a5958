import type { DnsName } from "@certmill/domain";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Holder } from "../../store/write/add-lineages.ts";
import type { AcceptedRow } from "./accept-row.ts";
import { sortRows } from "./sort-rows.ts";
import { addUsualWww, usualWww } from "./usual-www.ts";

const tenants = new Map([
  ["acme", "1"],
  ["bolt", "2"],
]);

const row = (names: readonly string[], tenant: string | null = "acme"): AcceptedRow => ({
  line: 1,
  domain: names[0] ?? "",
  names: names as readonly [DnsName, ...DnsName[]],
  tenant,
});

const heldBy = (lineageId: string, names: readonly string[], tenantId: string | null = "1") =>
  names.map((name): [string, Holder] => [name, { lineageId, names, tenantId }]);

const namesOf = (rows: readonly AcceptedRow[], holders: readonly [string, Holder][] = []) => {
  const { rows: left, covered } = addUsualWww(rows, new Map(holders), tenants);
  return { names: left.map(({ names }) => names), covered };
};

describe("the usual www.", () => {
  test.each([
    [["example.com"], "www.example.com"],
    [["example.co.uk", "shop.example.co.uk"], "www.example.co.uk"],
    [["shop.example.com"], null],
    [["www.example.com"], null],
    [["example.com", "www.example.com"], null],
    [["example.com", "*.example.com"], null],
    [["192.0.2.1"], null],
  ])("of %j is %s", (names, www) => {
    expect(usualWww(row(names))).toBe(www);
  });

  test("is one certificate with its domain where a tenant lists both, in either order", () => {
    const both = [["example.com", "www.example.com"]];
    const [bare, www] = [row(["example.com"]), row(["www.example.com"])];
    expect(namesOf([bare, www])).toEqual({ names: both, covered: 1 });
    expect(namesOf([www, bare])).toEqual({ names: both, covered: 1 });
    const listed = heldBy("7", ["example.com", "www.example.com"]);
    expect(namesOf([www], listed)).toEqual({ names: [], covered: 1 });
  });

  test("is left alone where somebody else has or wants it", () => {
    const bare = row(["example.com"]);
    const alone = { names: [["example.com"]], covered: 0 };
    expect(namesOf([bare], heldBy("7", ["www.example.com"]))).toEqual(alone);
    const theirs = row(["www.example.com"], "bolt");
    expect(namesOf([bare, theirs]).names).toEqual([["example.com"], ["www.example.com"]]);
    const alias = row(["shop.example.com", "www.example.com"]);
    expect(namesOf([bare, alias]).names).toEqual([bare.names, alias.names]);
    expect(namesOf([theirs], heldBy("7", ["example.com", "www.example.com"])).covered).toBe(0);
  });

  test("is not added to what is there without it", () => {
    const bare = row(["example.com"]);
    expect(namesOf([bare], heldBy("7", ["example.com"]))).toEqual({ names: [["example.com"]], covered: 0 });
  });
});

const site = fc.constantFrom("a.com", "www.a.com", "b.com", "www.b.com", "shop.a.com", "www.shop.a.com");
const lists = fc.array(
  fc.record({ domain: site, tenant: fc.constantFrom("acme", "bolt", null) }).map(({ domain, tenant }) => ({
    ...row([domain], tenant),
    line: 0,
  })),
  { maxLength: 8 },
);

test("no name of a list is lost or doubled, and what was added is unchanged when it is sent again", () => {
  fc.assert(
    fc.property(lists, (list) => {
      const first = addUsualWww(list, new Map(), tenants);
      const sorted = sortRows(first.rows, new Map(), tenants);
      const added = sorted.fresh.flatMap(({ names }) => names);
      expect(new Set(added).size).toBe(added.length);
      for (const { names } of list) expect(added).toContain(names[0]);
      const holders = new Map(
        sorted.fresh.flatMap(({ names, tenantId }, n) => heldBy(String(n), names, tenantId)),
      );
      const again = addUsualWww(list, holders, tenants);
      const resorted = sortRows(again.rows, holders, tenants);
      expect(resorted.fresh).toEqual([]);
      expect(resorted.unchanged + again.covered).toBeGreaterThanOrEqual(sorted.fresh.length);
    }),
  );
});
