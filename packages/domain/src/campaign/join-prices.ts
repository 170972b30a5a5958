import type { PackingPrice } from "../packing/price.ts";

/** The price of two parts of a list together. */
export function joinPrices(a: PackingPrice, b: PackingPrice): PackingPrice {
  return {
    domains: a.domains + b.domains,
    orders: a.orders + b.orders,
    ordersSaved: a.ordersSaved + b.ordersSaved,
    tenantsSharing: joinSpreads([a.tenantsSharing, a.orders], [b.tenantsSharing, b.orders]),
    namesExposed: joinSpreads([a.namesExposed, a.domains], [b.namesExposed, b.domains]),
  };
}

type Spread = PackingPrice["tenantsSharing"];

function joinSpreads([a, countA]: readonly [Spread, number], [b, countB]: readonly [Spread, number]): Spread {
  const count = countA + countB;
  return {
    most: Math.max(a.most, b.most),
    average: count === 0 ? 0 : (a.average * countA + b.average * countB) / count,
  };
}
