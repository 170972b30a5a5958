import fc from "fast-check";
import { expect, test } from "vitest";
import type { DnsName } from "../name/dns-name.ts";
import type { Pack } from "../packing/pack.ts";
import { packingPrice } from "../packing/price.ts";
import { joinPrices } from "./join-prices.ts";

const packs: fc.Arbitrary<readonly Pack[]> = fc.array(
  fc
    .array(fc.record({ tenant: fc.constantFrom("a", "b", "c"), names: fc.integer({ min: 1, max: 3 }) }), {
      minLength: 1,
      maxLength: 4,
    })
    .map(
      (covers) =>
        covers.map(({ tenant, names }, cover) => ({
          tenant,
          names: Array.from({ length: names }, (_, n) => `${n}.${cover}.example.com` as DnsName),
        })) as unknown as Pack,
    ),
  { maxLength: 8 },
);

test("the price of two parts is the price of the whole", () => {
  fc.assert(
    fc.property(packs, packs, (a, b) => {
      const joined = joinPrices(packingPrice(a), packingPrice(b));
      const whole = packingPrice([...a, ...b]);
      expect(joined).toMatchObject({
        domains: whole.domains,
        orders: whole.orders,
        ordersSaved: whole.ordersSaved,
        tenantsSharing: { most: whole.tenantsSharing.most },
        namesExposed: { most: whole.namesExposed.most },
      });
      expect(joined.tenantsSharing.average).toBeCloseTo(whole.tenantsSharing.average, 9);
      expect(joined.namesExposed.average).toBeCloseTo(whole.namesExposed.average, 9);
    }),
  );
});
