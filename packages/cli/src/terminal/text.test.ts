import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable } from "./printable.ts";
import { tableText } from "./table.ts";
import { durationText, instantFromNow, instantText } from "./time-text.ts";
import { wrap } from "./wrap.ts";

describe("printable", () => {
  test.each([
    ["\u001B[31mred", "\\u{1b}[31mred"],
    ["a\r\nb", "a\\u{d}\\u{a}b"],
    ["abc\u202Etxt.exe", "abc\\u{202e}txt.exe"],
    ["münchen 例え", "münchen 例え"],
  ])("%j", (text, shown) => expect(printable(text)).toBe(shown));
});

describe("times", () => {
  test.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_449, "1.4 s"],
    [25_900, "25 s"],
    [60_000, "1 min"],
    [185_000, "3 min 5 s"],
    [7_800_000, "2 h 10 min"],
    [3 * 86_400_000, "3 d"],
  ])("%i ms is %s", (milliseconds, text) => expect(durationText(milliseconds)).toBe(text));

  test("an instant, and how far it is", () => {
    const now = Date.parse("2026-11-22T10:00:00Z");
    expect(instantText("2026-11-22T12:00:25.500+02:00")).toBe("2026-11-22 10:00:25Z");
    expect(instantFromNow("2026-11-22T10:00:25Z", now)).toBe("2026-11-22 10:00:25Z (in 25 s)");
    expect(instantFromNow("2026-11-22T09:56:55Z", now)).toBe("2026-11-22 09:56:55Z (3 min 5 s ago)");
    expect(instantFromNow("2026-11-22T09:59:59.500Z", now)).toBe("2026-11-22 09:59:59Z (now)");
  });
});

describe("wrap", () => {
  test("loses nothing, and only a word may be wider", () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom("a", "b", ".", ","), minLength: 1 }));
    const property = fc.property(words, fc.integer({ min: 1, max: 80 }), (given, width) => {
      const text = given.join(" ");
      const lines = wrap(text, width);
      expect(lines.join(" ")).toBe(text);
      for (const line of lines) expect(line.length <= width || !line.includes(" ")).toBe(true);
    });
    fc.assert(property);
  });

  test("a number keeps its unit", () => {
    expect(wrap("it took (310 ms)", 13)).toEqual(["it took", "(310 ms)"]);
  });
});

describe("a table", () => {
  const columns = [
    { head: "NAME", cell: ({ name }: { name: string }) => name },
    { head: "STATE", cell: () => "active" },
  ];
  const rows = [{ name: "a-rather-long-name.example.com" }, { name: "b.example.com" }];

  test("is as wide as it is where there is no terminal", () => {
    expect(tableText(columns, rows, null)).toBe(
      [
        "NAME                            STATE",
        "a-rather-long-name.example.com  active",
        "b.example.com                   active",
      ].join("\n"),
    );
  });

  test("gives way in its first column where there is one", () => {
    expect(tableText(columns, rows, 24).split("\n")).toEqual([
      "NAME              STATE",
      "a-rather-long-n…  active",
      "b.example.com     active",
    ]);
  });
});
