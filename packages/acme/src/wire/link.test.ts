import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkTargets } from "./link.ts";

const BASE = "https://ca.example.com/acme/new-order";

describe("linkTargets", () => {
  it.each([
    [null, []],
    ["", []],
    ['<https://ca.example.com/limits#new-orders>;rel="help"', ["https://ca.example.com/limits#new-orders"]],
    [
      '<https://ca.example.com/dir>;rel="index", <https://a.example.com/>; rel=help',
      ["https://a.example.com/"],
    ],
    ['</limits>; title="a, b; c"; REL="index HELP"', ["https://ca.example.com/limits"]],
    ["<a>;rel=help,<b>;rel=help", ["https://ca.example.com/acme/a", "https://ca.example.com/acme/b"]],
    ["<a>; rel=helpful", []],
    ["<a>; norel=help", []],
    ['<a>; rel \t= \t"help"', ["https://ca.example.com/acme/a"]],
    ["<a>; rel_=help", []],
    ["<a>", []],
    ["<a; rel=help", []],
    ["<http://[>; rel=help", []],
  ])("%j", (header, targets) => {
    expect(linkTargets(header, "help", BASE)).toEqual(targets);
  });

  it("reads any text without failing", () => {
    const text = fc.string({
      unit: fc.constantFrom("<", ">", ";", ",", '"', "=", " ", "rel", "help", "a", "/"),
    });
    fc.assert(
      fc.property(text, (header) => {
        for (const target of linkTargets(header, "help", BASE)) expect(URL.canParse(target)).toBe(true);
      }),
    );
  });
});
