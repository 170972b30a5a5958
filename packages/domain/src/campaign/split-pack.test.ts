import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { failedNames, splitPack } from "./split-pack.ts";

describe("a pack", () => {
  const names = ["a.example", "b.example", "www.a.example", "www.b.example", "c.example"];

  test("with a dead name goes on without it and its companion", () => {
    expect(splitPack(names, ["www.b.example"])).toEqual({
      rest: ["a.example", "www.a.example", "c.example"],
      apart: [["b.example", "www.b.example"]],
    });
  });

  test("of which all have failed, or none, is not split", () => {
    expect(splitPack(["a.example", "www.a.example"], ["a.example"])).toBeNull();
    expect(splitPack(names, [])).toBeNull();
    expect(splitPack(names, ["other.example"])).toBeNull();
  });

  test("loses no name and doubles none", () => {
    const labels = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"), { minLength: 1 });
    const pack = labels.chain((each) =>
      fc.subarray(
        each.flatMap((label) => [`${label}.example`, `www.${label}.example`]),
        { minLength: 1 },
      ),
    );
    fc.assert(
      fc.property(
        pack.chain((all) => fc.tuple(fc.constant(all), fc.subarray(all))),
        ([all, failed]) => {
          const split = splitPack(all, failed);
          if (split === null) return;
          expect([...split.rest, ...split.apart.flat()].toSorted()).toEqual(all.toSorted());
          expect(split.rest.some((name) => failed.includes(name))).toBe(false);
        },
      ),
    );
  });
});

describe("which names have failed", () => {
  const names = ["a.example", "aa.example", "www.a.example"];
  const nothing = { kind: "challenged" } as const;

  test("is told by their authorizations", () => {
    const authorizations = names.map((identifier, index) => ({
      url: "",
      identifier,
      status: index === 1 ? ("invalid" as const) : ("valid" as const),
      challenges: [],
      inOurZone: false,
      problem: null,
    }));
    const input = { kind: "authorizations", authorizations } as const;
    expect(failedNames(names, input, { cause: "dns", detail: "" })).toEqual(["aa.example"]);
  });

  test.each([
    ['Cannot issue for "a.example": forbidden by policy', ["a.example"]],
    ["prevented from requesting certificates for aa.example and possibly others", ["aa.example"]],
    ["the identifiers www.a.example, aa.example.", ["aa.example", "www.a.example"]],
    ["nothing of them", []],
  ])("is read in a refusal of the order: %s", (detail, expected) => {
    expect(failedNames(names, nothing, { cause: "name-rejected", detail })).toEqual(expected);
  });

  test("is nobody's fault when the refusal is about something else", () => {
    expect(failedNames(names, nothing, { cause: "rate-limited", detail: "a.example" })).toEqual([]);
  });
});
