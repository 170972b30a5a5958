import { expect, test } from "vitest";
import { readTitles } from "./read-titles.ts";

const titlesOf = (text: string) => [...readTitles("a.test.ts", text)];

const forms: readonly (readonly [text: string, titles: readonly string[]])[] = [
  [`it("a", () => {});`, ["a"]],
  ["test(`a`, async () => {});", ["a"]],
  [`test("a", function () {});`, ["a"]],
  [`test("a", { timeout: 1 }, () => {});`, ["a"]],
  [`test.only("a", () => {}); test.concurrent("b", () => {});`, ["a", "b"]],
  [`it.each(["x", "y"])("a %s", (x) => {});`, ["a %s"]],
  [`it.each<[string]>([["x"]] as const)("a $x", ([x]) => {});`, ["a $x"]],
  ["it.each`x | y`('a', () => {});", ["a"]],
  [`test.skipIf(slow)("a", () => {});`, ["a"]],
  [
    `describe("a", () => { it("b", () => {}); describe("c", () => { it("d", () => {}); }); it("e", () => {}); });`,
    ["a > b", "a > c > d", "a > e"],
  ],
  [`describe.each([1])("a %d", (n) => { it("b", () => {}); }); it("c", () => {});`, ["a %d > b", "c"]],
  ["describe(name, () => { it('a', () => {}); });", ["a"]],
  [`export function cases() { describe("a", () => { it("b", () => {}); }); }`, ["a > b"]],
  // None of these shows anything.
  [`it.skip("a", () => {}); it.fails("b", () => {}); it.todo("c"); it("d");`, []],
  [`describe.skip("a", () => { it("b", () => {}); });`, []],
  [`describe("a", () => { describe.todo("b", () => { it("c", () => {}); }); });`, []],
  ["it(title, () => {}); it(`a ${b}`, () => {});", []],
  [`other("a", () => {}); object.it("b", () => {}); /it/.test("c", () => {});`, []],
  [`// it("a", () => {});`, []],
];

test.each(forms)("%s", (text, titles) => {
  expect(titlesOf(text)).toEqual(titles);
});

test("a file that does not parse is no file without tests", () => {
  expect(() => titlesOf("it(")).toThrow(/a\.test\.ts does not parse/);
});
