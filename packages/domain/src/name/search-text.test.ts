import fc from "fast-check";
import { expect, test } from "vitest";
import { toULabels } from "./a-labels.ts";
import { normaliseName } from "./normalise-name.ts";
import { searchText } from "./search-text.ts";

test.each([
  [" Shop.EXAMPLE ", "shop.example"],
  ["*.ex", "*.ex"],
  ["2001:db8::1", "2001:db8::1"],
  ["müller", "xn--mller-kva"],
  ["MÜLLER.", "xn--mller-kva."],
  [".müller.de", ".xn--mller-kva.de"],
  ["xn--mller-kva", "xn--mller-kva"],
  ["", ""],
])("%j is looked for as %j", (written, text) => {
  expect(searchText(written)).toBe(text);
});

test.each(["a_b", "50%", "a b", "a\\", "\u0000"])("no name has %j", (written) => {
  expect(searchText(written)).toBeNull();
});

test("what is found is found by what people see, too", () => {
  const label = fc.constantFrom("müller", "größe", "例え", "shop", "été", "xn--mller-kva");
  fc.assert(
    fc.property(fc.array(label, { minLength: 1, maxLength: 4 }), (labels) => {
      const normalised = normaliseName(`${labels.join(".")}.com`, "private");
      if (!normalised.ok) throw new Error(normalised.reason);
      expect(searchText(toULabels(normalised.name) ?? normalised.name)).toBe(normalised.name);
    }),
  );
});
