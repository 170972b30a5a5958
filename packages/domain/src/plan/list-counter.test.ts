import fc from "fast-check";
import { expect, test } from "vitest";
import { ListCounter, type ListRow } from "./list-counter.ts";
import { histogram, summaryOfCount } from "./list-summary.ts";

const summarise = (rows: readonly ListRow[]) => {
  const counter = new ListCounter();
  for (const row of rows) counter.add(row);
  return counter.summary();
};

test("a list by its counts", () => {
  const shared = Array.from({ length: 60 }, (_, n) => ({ domain: `u${n}.hoster.de`, tenant: `t${n % 2}` }));
  expect(
    summarise([
      { domain: "Shop.COM", tenant: "a", aliases: ["shop.net"] },
      { domain: "b.shop.com", tenant: "a" },
      { domain: "münchen.de", tenant: "b" },
      { domain: "not a name" },
      { domain: "localhost" },
      { domain: "other.org" },
      ...shared,
    ]),
  ).toEqual({
    domains: 64,
    names: 3 + 1 + 2 + 2 + 60,
    refused: 2,
    registeredDomains: 4,
    largest: [{ name: "hoster.de", domains: 60, tenants: 60 }],
    others: [
      { domains: 1, count: 2 },
      { domains: 2, count: 1 },
    ],
    tenants: [
      { domains: 1, count: 1 },
      { domains: 2, count: 1 },
      { domains: 30, count: 2 },
    ],
    withoutTenant: 1,
  });
});

test("a registered domain and its www are one, however often and in which order they are listed", () => {
  const rows = [{ domain: "www.shop.com" }, { domain: "shop.com" }, { domain: "www.shop.com." }];
  expect(summarise(rows)).toMatchObject({ domains: 1, names: 2 });
});

test("so many domains are as a list of so many that are registered each by itself", () => {
  const rows = Array.from({ length: 30 }, (_, n) => ({ domain: `shop${n}.com` }));
  expect(summarise(rows)).toEqual(summaryOfCount(30));
});

test("a histogram loses nothing, stays small, and is exact for small counts", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1_000_000 }), { maxLength: 300 }), (counts) => {
      const bins = histogram(counts);
      const sum = (of: (bin: (typeof bins)[number]) => number) => bins.reduce((all, bin) => all + of(bin), 0);
      expect(sum(({ count }) => count)).toBe(counts.length);
      expect(sum(({ domains, count }) => domains * count)).toBeCloseTo(
        counts.reduce((all, count) => all + count, 0),
        3,
      );
      for (const each of counts.filter((count) => count <= 100))
        expect(bins.some(({ domains }) => domains === each)).toBe(true);
    }),
  );
  expect(histogram(Array.from({ length: 1_000_000 }, (_, n) => n + 1)).length).toBeLessThan(400);
});
