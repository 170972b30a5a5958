import fc from "fast-check";
import { expect, test } from "vitest";
import { ListCounter } from "../plan/list-counter.ts";
import { syntheticList } from "./synthetic-list.ts";

const rows = fc.array(
  fc.record({
    domain: fc.oneof(
      fc.integer({ min: 1, max: 40 }).map((n) => `shop${n}.com`),
      fc
        .tuple(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 3 }))
        .map(([n, shared]) => `site${n}.hoster${shared}.com`),
    ),
    tenant: fc.option(fc.integer({ min: 1, max: 5 }).map((n) => `tenant${n}`)),
  }),
  { maxLength: 150 },
);

test("a list that is made up has the counts that it is made from", () => {
  fc.assert(
    fc.property(rows, fc.integer(), (listed, seed) => {
      const counter = new ListCounter();
      for (const row of listed) counter.add(row);
      const summary = counter.summary();
      const list = syntheticList(summary, { seed, packs: { names: 1, acrossTenants: false } });
      const again = new ListCounter();
      // Names that are made up are under no public suffix, so that nobody has them.
      for (const { names, tenant } of list)
        again.add({ domain: (names[0] ?? "").replace(/example$/, "com"), tenant });
      const counts = again.summary();
      expect(list).toHaveLength(summary.domains);
      expect(new Set(list.flatMap(({ names }) => names)).size).toBe(
        list.flatMap(({ names }) => names).length,
      );
      expect(counts).toMatchObject({
        domains: summary.domains,
        registeredDomains: summary.registeredDomains,
        withoutTenant: summary.withoutTenant,
        tenants: summary.tenants,
      });
    }),
  );
});

test("another seed is another order, the same one the same", () => {
  const counter = new ListCounter();
  for (let n = 0; n < 50; n += 1) counter.add({ domain: `shop${n}.com` });
  const of = (seed: number) =>
    syntheticList(counter.summary(), { seed, packs: { names: 1, acrossTenants: false } });
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});
