import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coverNames } from "../name/cover-names.ts";
import type { DnsName } from "../name/dns-name.ts";
import { type Cover, type Pack, type PackPolicy, pack, packNames } from "./pack.ts";
import { packingPrice } from "./price.ts";

const cover = (domain: string, tenant: string | null, ...more: string[]): Cover => ({
  tenant,
  names: [domain as DnsName, ...(more as DnsName[])],
});

const domains = fc
  .record({
    label: fc.stringMatching(/^(?:\*|[a-d]{1,2})$/),
    site: fc.integer({ min: 0, max: 9 }),
    www: fc.boolean(),
  })
  .map(({ label, site, www }) => {
    const domain = `${label}.site${site}.example.com`;
    return www && label !== "*" ? [domain, `www.${domain}`] : [domain];
  });
const covers: fc.Arbitrary<readonly Cover[]> = fc
  .uniqueArray(domains, { selector: ([domain]) => domain, maxLength: 40 })
  .chain((all) =>
    fc
      .array(fc.constantFrom("a", "b", "c", null), { minLength: all.length, maxLength: all.length })
      .map((tenants) => all.map(([domain = "", ...more], n) => cover(domain, tenants[n] ?? null, ...more))),
  );
const policies: fc.Arbitrary<PackPolicy> = fc.record({
  names: fc.integer({ min: 1, max: 20 }),
  acrossTenants: fc.boolean(),
});

describe("packs", () => {
  test("hold every domain once, and no more than they may", () => {
    fc.assert(
      fc.property(covers, policies, (all, policy) => {
        const packs = pack(all, policy);
        expect(packs.flat().toSorted(byDomain)).toEqual(all.toSorted(byDomain));
        for (const each of packs) {
          const [primary, ...others] = packNames(each) as [DnsName, ...DnsName[]];
          if (each.length === 1) continue;
          expect(others.length + 1).toBeLessThanOrEqual(policy.names);
          expect(coverNames(primary, others).ok).toBe(true);
        }
      }),
    );
  });

  test("are of one tenant unless it was asked for, and who is nobody's is alone", () => {
    fc.assert(
      fc.property(covers, policies, (all, policy) => {
        for (const each of pack(all, { ...policy, acrossTenants: false })) {
          const tenants = new Set(each.map(({ tenant }) => tenant));
          expect(tenants.size).toBe(1);
          if (tenants.has(null)) expect(each).toHaveLength(1);
        }
      }),
    );
  });

  test("are the same in whatever order the domains come", () => {
    const shuffled = covers.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, policies, ([all, other], policy) => {
        expect(pack(other, policy).map(packNames).toSorted(byFirst)).toEqual(
          pack(all, policy).map(packNames).toSorted(byFirst),
        );
      }),
    );
  });

  test("of one domain are what is had without asking", () => {
    const all = [cover("a.example.com", "t"), cover("b.example.com", "t")];
    expect(pack(all, { names: 1, acrossTenants: true })).toEqual(all.map((each) => [each]));
  });

  test("are as few as the domains allow where all have one tenant and one name", () => {
    const all = Array.from({ length: 25 }, (_, n) => cover(`shop${n}.example.com`, "t"));
    expect(pack(all, { names: 10, acrossTenants: false })).toHaveLength(3);
  });
});

test("the price of packs", () => {
  const packs: readonly Pack[] = [
    [cover("a.example.com", "t", "www.a.example.com"), cover("b.example.com", "u")],
    [cover("c.example.com", null)],
  ];
  expect(packingPrice(packs)).toEqual({
    domains: 3,
    orders: 2,
    ordersSaved: 1,
    tenantsSharing: { most: 2, average: 1.5 },
    namesExposed: { most: 2, average: 1 },
  });
  expect(packingPrice([])).toMatchObject({ orders: 0, tenantsSharing: { most: 0, average: 0 } });
});

const byDomain = (a: Cover, b: Cover): number => (a.names[0] < b.names[0] ? -1 : 1);
const byFirst = (a: readonly DnsName[], b: readonly DnsName[]): number =>
  (a[0] ?? "") < (b[0] ?? "") ? -1 : 1;
