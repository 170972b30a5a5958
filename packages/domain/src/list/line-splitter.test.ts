import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter, longestLine } from "./line-splitter.ts";

function linesOf(...pieces: readonly string[]) {
  const splitter = new LineSplitter();
  const lines = pieces.flatMap((piece) => splitter.split(piece));
  return [...lines, ...splitter.end()];
}

const textsOf = (...pieces: readonly string[]) => linesOf(...pieces).map(({ text }) => text);

test.each([
  ["", []],
  ["a", ["a"]],
  ["a\n", ["a"]],
  ["\n\na", ["", "", "a"]],
  ["a\r\nb\nc\rd", ["a", "b", "c", "d"]],
  ["a\r\r\nb", ["a", "", "b"]],
  ["\uFEFFa\n\uFEFFb", ["a", "\uFEFFb"]],
  ["\uFEFF", []],
])("the lines of %j", (text, lines) => {
  expect(textsOf(text)).toEqual(lines);
  expect(linesOf(text).map(({ number }) => number)).toEqual(lines.map((_, index) => index + 1));
});

test("lines do not depend on the pieces in which the text comes", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "\r", "\n", "\uFEFF"), maxLength: 30 });
  fc.assert(
    fc.property(text, fc.array(fc.nat(30)), (whole, cuts) => {
      const edges = [0, ...cuts.filter((cut) => cut < whole.length).sort((a, b) => a - b), whole.length];
      const pieces = edges.slice(1).map((end, index) => whole.slice(edges[index], end));
      expect(linesOf(...pieces)).toEqual(linesOf(whole));
    }),
  );
});

describe("a line that is too long is null, and the next ones are as they stand", () => {
  const tooLong = "a".repeat(longestLine + 1);
  test.each([
    ["in one piece", [`${tooLong}\nb`]],
    ["in two", [tooLong.slice(0, 9), `${tooLong.slice(9)}\nb`]],
    ["that ends with the piece", [tooLong, "\nb"]],
    ["that goes on for pieces", [tooLong, tooLong, "a\nb"]],
  ])("%s", (_, pieces) => {
    expect(textsOf(...pieces)).toEqual([null, "b"]);
  });

  test("the last", () => {
    expect(textsOf("a\n", tooLong)).toEqual(["a", null]);
  });

  test("the longest is kept", () => {
    expect(textsOf(tooLong.slice(1))).toEqual([tooLong.slice(1)]);
  });
});
