import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CaRequest, caOrder } from "./choose-ca.ts";

const request = (lineageKey: string, change: Partial<CaRequest> = {}): CaRequest => ({
  lineageKey,
  pool: [
    { id: "1", weight: 60 },
    { id: "2", weight: 30 },
    { id: "3", weight: 10 },
    { id: "4", weight: 0 },
  ],
  allowed: null,
  avoid: [],
  previous: null,
  ...change,
});

/** How often each CA is at place `place` of 20,000 lineages' orders, as a share. */
function sharesAt(place: number, change: Partial<CaRequest> = {}): Readonly<Record<string, number>> {
  const lineages = 20_000;
  const counts: Record<string, number> = {};
  for (let n = 0; n < lineages; n += 1) {
    const id = caOrder(request(String(n), change))[place] ?? "none";
    counts[id] = (counts[id] ?? 0) + 1 / lineages;
  }
  return counts;
}

/** 0.015 is four standard deviations and more. */
const expectShares = (
  shares: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): void => {
  expect(Object.keys(shares).sort()).toEqual(Object.keys(expected).sort());
  for (const [id, share] of Object.entries(expected))
    expect(Math.abs((shares[id] ?? 0) - share)).toBeLessThan(0.015);
};

describe("shares", () => {
  test("each CA is the first for the share that is its weight", () => {
    expectShares(sharesAt(0), { 1: 0.6, 2: 0.3, 3: 0.1 });
  });

  test("what a CA cannot take goes to the others by their weights", () => {
    expectShares(sharesAt(0, { avoid: ["1"] }), { 2: 0.75, 3: 0.25 });
    expectShares(sharesAt(0, { avoid: ["2"] }), { 1: 6 / 7, 3: 1 / 7 });
    // The second choice of those whose first is 1, 2 or 3.
    expectShares(sharesAt(1), {
      1: 0.3 * (6 / 7) + 0.1 * (2 / 3),
      2: 0.6 * 0.75 + 0.1 * (1 / 3),
      3: 0.6 * 0.25 + 0.3 * (1 / 7),
    });
  });

  test("equal weights, ids alike and keys of any form share alike", () => {
    const pool = ["7", "8", "9", "10"].map((id) => ({ id, weight: 1 }));
    expectShares(sharesAt(0, { pool }), { 7: 0.25, 8: 0.25, 9: 0.25, 10: 0.25 });
    const first = Array.from(
      { length: 20_000 },
      (_, n) => caOrder(request(`shop-${n}.example.com`, { pool }))[0],
    );
    for (const { id } of pool)
      expect(Math.abs(first.filter((other) => other === id).length / 20_000 - 0.25)).toBeLessThan(0.015);
  });
});

describe("who is in the order", () => {
  test("a CA without weight only where it is allowed by name", () => {
    expect(caOrder(request("a"))).not.toContain("4");
    expect(caOrder(request("a", { allowed: ["4"] }))).toEqual(["4"]);
  });

  test("the CA of the last certificate comes first, if it is in the order at all", () => {
    for (const previous of ["1", "2", "3"]) expect(caOrder(request("a", { previous }))[0]).toBe(previous);
    expect(caOrder(request("a", { previous: "4" }))).not.toContain("4");
    expect(caOrder(request("a", { previous: "1", avoid: ["1"] }))).not.toContain("1");
    expect(caOrder(request("a", { previous: "gone" }))).toEqual(caOrder(request("a")));
  });

  test("where a rule names them, they come in that order, whatever was before and whatever they weigh", () => {
    const allowed = ["4", "3", "1"];
    for (const previous of [null, "1", "3"])
      for (const key of ["a", "b", "c", "d"])
        expect(caOrder(request(key, { allowed, previous }))).toEqual(allowed);
    expect(caOrder(request("a", { allowed, avoid: ["4"] }))).toEqual(["3", "1"]);
  });

  test("none when every one is avoided or none of the allowed is there", () => {
    expect(caOrder(request("a", { avoid: ["1", "2", "3"] }))).toEqual([]);
    expect(caOrder(request("a", { allowed: ["9"] }))).toEqual([]);
  });
});

const pools = fc.uniqueArray(
  fc.record({ id: fc.nat(99).map(String), weight: fc.integer({ min: 1, max: 1_000 }) }),
  { selector: ({ id }) => id, minLength: 2, maxLength: 8 },
);

test("the order stays the same for the rest when a CA goes, whatever the order of the pool", () => {
  fc.assert(
    fc.property(fc.string(), pools, fc.nat(), (key, pool, n) => {
      const order = caOrder(request(key, { pool }));
      expect([...order].sort()).toEqual(pool.map(({ id }) => id).sort());
      expect(caOrder(request(key, { pool: [...pool].reverse() }))).toEqual(order);
      const gone = pool[n % pool.length]?.id;
      const rest = order.filter((id) => id !== gone);
      expect(caOrder(request(key, { pool: pool.filter(({ id }) => id !== gone) }))).toEqual(rest);
      expect(caOrder(request(key, { pool, avoid: gone === undefined ? [] : [gone] }))).toEqual(rest);
    }),
  );
});

test("a CA that gains weight only moves up, and no two others change places", () => {
  fc.assert(
    fc.property(fc.string(), pools, fc.nat(), fc.integer({ min: 2, max: 50 }), (key, pool, n, times) => {
      const grown = pool[n % pool.length]?.id ?? "";
      const heavier = pool.map(({ id, weight }) => ({ id, weight: id === grown ? weight * times : weight }));
      const before = caOrder(request(key, { pool }));
      const now = caOrder(request(key, { pool: heavier }));
      expect(now.indexOf(grown)).toBeLessThanOrEqual(before.indexOf(grown));
      expect(now.filter((id) => id !== grown)).toEqual(before.filter((id) => id !== grown));
    }),
  );
});

test("the choice is the same on every machine and in every version", () => {
  const first = ["example.com", "1", "2", "3", "4", "5", "ä", ""].map((key) =>
    caOrder(request(key)).join(""),
  );
  expect(first).toEqual(["123", "231", "132", "321", "213", "213", "213", "123"]);
});
