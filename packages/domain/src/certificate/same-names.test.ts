import fc from "fast-check";
import { expect, test } from "vitest";
import { sameNames } from "./same-names.ts";

const label = fc.stringMatching(/^[a-z][a-z0-9]{0,3}$/);
const names = fc.uniqueArray(
  label.map((text) => `${text}.example.com`),
  { maxLength: 6 },
);

test("order, letter case and repetition make no difference", () => {
  const rewritten = names.chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray(list, { minLength: list.length }),
      fc.subarray(list.map((name) => name.toUpperCase())),
    ),
  );
  fc.assert(
    fc.property(rewritten, ([list, shuffled, again]) => {
      expect(sameNames(list, [...shuffled, ...again])).toBe(true);
      expect(sameNames([...again, ...shuffled], list)).toBe(true);
    }),
  );
  expect(sameNames(["Example.com"], ["eXAMPLE.com"])).toBe(true);
});

test("one name more, fewer or other makes one", () => {
  fc.assert(
    fc.property(names, (list) => {
      const more = [...list, "more.example.net"];
      const other = [...list, "other.example.net"];
      expect(sameNames(list, more)).toBe(false);
      expect(sameNames(more, list)).toBe(false);
      expect(sameNames(more, other)).toBe(false);
    }),
  );
});
