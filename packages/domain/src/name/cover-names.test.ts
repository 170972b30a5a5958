import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { coverNames, mostNames, withWww } from "./cover-names.ts";
import type { DnsName } from "./dns-name.ts";
import { normaliseName } from "./normalise-name.ts";

function name(text: string): DnsName {
  const result = normaliseName(text, "private");
  if (!result.ok) throw new Error(result.reason);
  return result.name;
}

const names = (...texts: readonly string[]): readonly DnsName[] => texts.map(name);

describe("coverNames", () => {
  test("puts the primary first, then the aliases in order, each once", () => {
    const aliases = names("www.example.com", "a.example.com", "example.com", "www.example.com");
    expect(coverNames(name("example.com"), aliases)).toEqual({
      ok: true,
      names: ["example.com", "a.example.com", "www.example.com"],
    });
  });

  test("refuses a name under a wildcard of the same set, whichever is the primary", () => {
    const refusal = { ok: false, code: "redundant-under-wildcard", name: "www.example.com" };
    expect(coverNames(name("*.example.com"), names("www.example.com"))).toMatchObject(refusal);
    expect(coverNames(name("www.example.com"), names("*.example.com"))).toMatchObject(refusal);
  });

  test("a wildcard covers neither its own base nor two labels", () => {
    const aliases = names("*.example.com", "a.b.example.com", "*.c.example.com");
    expect(coverNames(name("example.com"), aliases)).toMatchObject({ ok: true });
  });

  test("takes 100 names and no more", () => {
    const many = Array.from({ length: mostNames }, (_, i) => name(`n${i}.example.com`));
    expect(coverNames(name("n0.example.com"), many)).toMatchObject({ ok: true });
    expect(coverNames(name("example.com"), many)).toMatchObject({
      ok: false,
      code: "too-many-names",
      name: null,
    });
  });

  const some = fc.array(
    fc.constantFrom(...names("*.a.test", "a.test", "b.a.test", "c.a.test", "*.b.a.test", "d.b.a.test", "x")),
    { minLength: 1, maxLength: 6 },
  );

  test("the order of the aliases does not matter, and covering a cover changes nothing", () => {
    fc.assert(
      fc.property(some, ([primary, ...aliases]) => {
        if (primary === undefined) return;
        const result = coverNames(primary, aliases);
        expect(coverNames(primary, aliases.toReversed())).toEqual(result);
        if (result.ok) {
          expect(new Set(result.names)).toEqual(new Set([primary, ...aliases]));
          expect(coverNames(result.names[0], result.names)).toEqual(result);
        }
      }),
    );
  });

  test("without the name it refuses, the rest is one refusal nearer to a cover", () => {
    fc.assert(
      fc.property(some, (all) => {
        let left = [...new Set(all)];
        for (let tries = all.length; tries >= 0; tries -= 1) {
          const [primary, ...aliases] = left;
          if (primary === undefined) throw new Error("no name was left");
          const result = coverNames(primary, aliases);
          if (result.ok) return;
          left = left.filter((one) => one !== result.name);
        }
        throw new Error("no cover was reached");
      }),
    );
  });
});

describe("withWww", () => {
  test.each([
    ["example.com", "www.example.com"],
    ["shop.example.com", "www.shop.example.com"],
    ["www.example.com", null],
    ["*.example.com", null],
    [`${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(54)}.com`, null],
  ])("%s: %s", (written, expected) => {
    expect(withWww(name(written))).toBe(expected);
  });
});
