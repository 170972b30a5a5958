import { describe, expect, test } from "vitest";
import { catalogues, findingSentence } from "./catalogue.ts";
import { type Finding, type FindingCode, findingCodes } from "./finding.ts";

describe("catalogues", () => {
  const finding: Finding = {
    code: "no-name",
    weight: "fault",
    name: "shop.example.com",
    where: null,
    expected: ["x"],
    found: ["y"],
    ca: null,
    seenFrom: [],
  };
  test.each(Object.entries(catalogues))(
    "%s has one sentence with a full stop for each code, wherever it is",
    (_language, catalogue) => {
      for (const code of Object.keys(findingCodes) as FindingCode[]) {
        expect(catalogue[code]({ ...finding, code, before: null })).toMatch(/^\S.*[^.]\.$/);
        expect(catalogue[code]({ ...finding, code, before: null })).not.toMatch(/undefined|null| {2}/);
      }
    },
  );

  test("long lists are cut", () => {
    const many = {
      ...finding,
      code: "stray-a",
      found: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5"],
    } as const;
    expect(findingSentence(many)).toContain("(1.1.1.1, 1.1.1.2, 1.1.1.3 and 2 more)");
  });
});
