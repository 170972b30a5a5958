import fc from "fast-check";
import { expect, test } from "vitest";
import { TextMap } from "./text-map.ts";

const key = fc.oneof(
  { weight: 9, arbitrary: fc.nat(60).map((n) => `n${n}.example.com`) },
  fc.string({ unit: "grapheme" }),
);
const value = fc.oneof(
  fc.string({ unit: "grapheme" }),
  // Longer than what is asked for at once.
  fc.nat(3).map((n) => "x".repeat(n * 150_000)),
);
const change = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("set" as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete" as const), key }) },
);

test("says what a map says, whatever is set and deleted", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const map = new TextMap();
      const model = new Map<string, string>();
      for (const each of changes) {
        if (each.kind === "set") {
          map.set(each.key, each.value);
          model.set(each.key, each.value);
        } else expect(map.delete(each.key)).toBe(model.delete(each.key));
        expect(map.get(each.key)).toBe(model.get(each.key));
        expect(map.has(each.key)).toBe(model.has(each.key));
      }
      expect(map.size).toBe(model.size);
      expect(new Map(map)).toEqual(model);
      expect([...map.keys()].toSorted()).toEqual([...model.keys()].toSorted());
      for (const [name, text] of model) expect(map.get(name)).toBe(text);
    }),
  );
});

test("what is there all the while is met once, whatever else comes and goes and however it grows", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(99), fc.boolean()), { minLength: 100, maxLength: 400 }),
      (others) => {
        const map = new TextMap();
        for (let n = 0; n < 100; n += 1) map.set(`stays ${n}`, "");
        const changes = others.values();
        const met: string[] = [];
        for (const [name] of map) {
          if (name.startsWith("stays")) met.push(name);
          for (const [n, isThere] of changes.take(4)) {
            if (isThere) map.set(`other ${n}`, "long ".repeat(n * 50));
            else map.delete(`other ${n}`);
            map.set(`stays ${n}`, "longer and longer ".repeat(n * 50));
          }
        }
        expect(met.toSorted()).toEqual(Array.from({ length: 100 }, (_, n) => `stays ${n}`).toSorted());
      },
    ),
  );
});

test("gives back the memory of what is gone, and of what became longer", () => {
  const map = new TextMap();
  for (let round = 0; round < 50; round += 1) {
    for (let n = 0; n < 2_000; n += 1) map.set(`n${n}`, "x".repeat(100 + round + (n % 7)));
  }
  const full = 2_000 * 170;
  expect(map.reservedBytes).toBeLessThan(4 * full);
  for (let n = 0; n < 2_000; n += 1) map.delete(`n${n}`);
  expect(map.reservedBytes).toBeLessThan(full);
});
