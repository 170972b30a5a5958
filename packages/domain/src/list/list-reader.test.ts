import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter, longestLine } from "./line-splitter.ts";
import { ListReader } from "./list-reader.ts";

function read(text: string) {
  const splitter = new LineSplitter();
  const reader = new ListReader();
  const lines = [...splitter.split(text), ...splitter.end()];
  const all = lines.map((line) => reader.read(line)).filter((each) => each !== null);
  return {
    rows: all.flatMap((each) => (each.kind === "row" ? [each.row] : [])),
    refused: all.flatMap((each) => (each.kind === "refused" ? [each.row] : [])),
    noList: all.find((each) => each.kind === "no-list") ?? null,
  };
}

/** A line that could be anything but the end of one. */
const anyLine = fc.oneof(
  fc.string({
    unit: fc.constantFrom("a", "b", ".", ",", ";", '"', "'", "#", " ", "\t", "-", "é", "\u{1F600}"),
  }),
  fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n\0]/g, "")),
  fc.domain(),
  fc.tuple(fc.domain(), fc.domain(), fc.domain()).map((cells) => cells.join(",")),
  fc.constantFrom(
    "",
    "   ",
    "# a comment",
    " # another",
    '"quoted.example.com",acme,"a.example.com b.example.com"',
  ),
);

const isSilent = (line: string): boolean => line.trim() === "" || line.trimStart().startsWith("#");

describe("columns", () => {
  const header = "domain,tenant,aliases";

  test("every line that says something is one row or one refusal, with its own number", () => {
    fc.assert(
      fc.property(fc.array(anyLine), (lines) => {
        const { rows, refused } = read([header, ...lines].join("\n"));
        const numbers = [...rows, ...refused].map(({ line }) => line).sort((a, b) => a - b);
        expect(numbers).toEqual(lines.flatMap((line, index) => (isSilent(line) ? [] : [index + 2])));
      }),
    );
  });

  test("a line is read alike wherever it stands", () => {
    const unplaced = (rows: readonly { readonly line: number }[]) => rows.map((row) => ({ ...row, line: 0 }));
    fc.assert(
      fc.property(fc.array(anyLine), fc.array(anyLine), (above, below) => {
        const whole = read([header, ...above, ...below].join("\n"));
        const parts = [read([header, ...above].join("\n")), read([header, ...below].join("\n"))];
        expect(unplaced(whole.rows)).toEqual(parts.flatMap(({ rows }) => unplaced(rows)));
        expect(unplaced(whole.refused)).toEqual(parts.flatMap(({ refused }) => unplaced(refused)));
      }),
    );
  });

  test.each([
    [",", "shop.example.com,acme,www.shop.example.com m.shop.example.com"],
    [",", '"shop.example.com","acme","www.shop.example.com;m.shop.example.com"'],
    [",", 'shop.example.com, "acme" ,"www.shop.example.com m.shop.example.com",,'],
    [";", "shop.example.com;acme;www.shop.example.com m.shop.example.com"],
    [";", 'shop.example.com;acme;"www.shop.example.com;m.shop.example.com"'],
    ["\t", " shop.example.com\tacme\twww.shop.example.com; m.shop.example.com"],
  ])("cells separated by %j: %s", (delimiter, line) => {
    const { rows } = read([header.replaceAll(",", delimiter), line].join("\n"));
    const aliases = ["www.shop.example.com", "m.shop.example.com"];
    expect(rows).toEqual([{ line: 2, domain: "shop.example.com", tenant: "acme", aliases }]);
  });

  test("in any order and case; what is left out is absent", () => {
    expect(
      read('# exported\r\n\r\n"Tenant", DOMAIN \r\nacme,a.example.com\r\n,b.example.com\r\n').rows,
    ).toEqual([
      { line: 4, domain: "a.example.com", tenant: "acme" },
      { line: 5, domain: "b.example.com" },
    ]);
  });

  test.each([
    ['"a.example.com,acme', "malformed-row"],
    ['a"b.example.com,acme', "malformed-row"],
    ["a.example.com,acme,b.example.com,more", "malformed-row"],
    ["a.example.com,two words", "tenant-invalid"],
    [`a.example.com,${"t".repeat(101)}`, "tenant-invalid"],
    [
      `a.example.com,,${Array.from({ length: 100 }, (_, n) => `n${n}.example.com`).join(" ")}`,
      "too-many-names",
    ],
    ["a".repeat(1_001), "name-too-long"],
    [`a.example.com,,${"a".repeat(1_001)}`, "name-too-long"],
    ["a.example.com,".padEnd(longestLine + 1), "line-too-long"],
    ["m\uFFFDnchen.example.com", "not-utf-8"],
  ])("a bad row is refused alone: %.40s", (line, code) => {
    const { rows, refused } = read([header, line, "good.example.com"].join("\n"));
    expect(refused).toMatchObject([{ line: 2, code }]);
    expect(rows).toEqual([{ line: 3, domain: "good.example.com" }]);
  });
});

describe("names", () => {
  test("one a line, as written, with comments", () => {
    expect(read("\uFEFF# ours\na.example.com\n\n  münchen.example.com.  # old\nb.example.com").rows).toEqual([
      { line: 2, domain: "a.example.com" },
      { line: 4, domain: "münchen.example.com." },
      { line: 5, domain: "b.example.com" },
    ]);
  });

  test("a list that says nothing has nothing in it", () => {
    expect(read("")).toEqual({ rows: [], refused: [], noList: null });
    expect(read("# nothing\r\n\r\n")).toEqual({ rows: [], refused: [], noList: null });
    expect(read("domain,tenant\n")).toEqual({ rows: [], refused: [], noList: null });
  });
});

test.each([
  ["columns without a header", "a.example.com,acme\n", /no header.* domain,tenant,aliases$/],
  ["a column that is not known", "domain,tennant\n", /"tennant".*domain, tenant, aliases/],
  ["a column twice", "domain,domain\n", /twice/],
  ["UTF-16", "a\0.\0b\0", /UTF-8/],
])("%s is no list", (_, text, sentences) => {
  const { noList } = read(text);
  expect(`${noList?.reason} ${noList?.fix}`).toMatch(sentences);
});
