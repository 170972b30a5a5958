import { operations } from "@certmill/api";
import fc from "fast-check";
import { Check } from "typebox/value";
import { describe, expect, test } from "vitest";
import { type ImportBatch, readBatches } from "./read-batches.ts";
import { longestLine } from "./read-lines.ts";

async function read(...pieces: readonly (string | Uint8Array)[]): Promise<ImportBatch[]> {
  async function* chunks() {
    for (const piece of pieces) yield typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
  }
  const batches: ImportBatch[] = [];
  for await (const batch of readBatches(chunks())) batches.push(batch);
  return batches;
}

const rowsOf = (batches: readonly ImportBatch[]) => batches.flatMap(({ rows }) => rows);
const rejectedOf = (batches: readonly ImportBatch[]) => batches.flatMap(({ rejected }) => rejected);

/** A line that could be anything but the file's end of a line. */
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

describe("a list in columns", () => {
  const header = "domain,tenant,aliases";

  test("every line that says something becomes one row or one reject, with its own line number", async () => {
    const property = fc.asyncProperty(fc.array(anyLine), async (lines) => {
      const batches = await read([header, ...lines].join("\n"));
      const numbers = [...rowsOf(batches), ...rejectedOf(batches)]
        .map(({ line }) => line)
        .sort((a, b) => a - b);
      const expected = lines.flatMap((line, index) => (isSilent(line) ? [] : [index + 2]));
      expect(numbers).toEqual(expected);
    });
    await fc.assert(property);
  });

  test("every row is one that the API's schema takes", async () => {
    const property = fc.asyncProperty(fc.array(anyLine), async (lines) => {
      for (const { rows } of await read([header, ...lines].join("\n"))) {
        if (rows.length > 0) expect(Check(operations.addDomainBatch.body, { rows })).toBe(true);
      }
    });
    await fc.assert(property);
  });

  test("what is read depends neither on the line ends nor on how the bytes arrive", async () => {
    const property = fc.asyncProperty(
      fc.array(anyLine),
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 8 }),
      async (lines, cuts) => {
        const plain = await read([header, ...lines].join("\n"));
        const bytes = new TextEncoder().encode(`\uFEFF${[header, ...lines].join("\r\n")}`);
        const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const pieces = edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
        const pieced = await read(...pieces);
        expect(rowsOf(pieced)).toEqual(rowsOf(plain));
        expect(rejectedOf(pieced)).toEqual(rejectedOf(plain));
      },
    );
    await fc.assert(property);
  });

  test.each([
    [",", "shop.example.com,acme,www.shop.example.com m.shop.example.com"],
    [",", '"shop.example.com","acme","www.shop.example.com;m.shop.example.com"'],
    [";", "shop.example.com;acme;www.shop.example.com m.shop.example.com"],
    ["\t", " shop.example.com\tacme\twww.shop.example.com; m.shop.example.com"],
  ])("cells separated by %j", async (delimiter, line) => {
    const batches = await read([header.replaceAll(",", delimiter), line].join("\n"));
    const aliases = ["www.shop.example.com", "m.shop.example.com"];
    expect(rowsOf(batches)).toEqual([{ line: 2, domain: "shop.example.com", tenant: "acme", aliases }]);
  });

  test("columns in any order and case; those that are left out are absent", async () => {
    const batches = await read("# exported\n\nTenant,DOMAIN\nacme,a.example.com\n,b.example.com\n");
    expect(rowsOf(batches)).toEqual([
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
  ])("a bad row is rejected alone: %.40s", async (line, code) => {
    const batches = await read([header, line, "good.example.com"].join("\n"));
    expect(rejectedOf(batches)).toMatchObject([{ line: 2, code }]);
    expect(rowsOf(batches)).toEqual([{ line: 3, domain: "good.example.com" }]);
  });

  test("bytes that are no UTF-8 spoil their line alone", async () => {
    const latin1 = Uint8Array.from(Buffer.from(`${header}\nm\xFCnchen.example.com\nb.example.com`, "latin1"));
    const batches = await read(latin1);
    expect(rejectedOf(batches)).toMatchObject([{ line: 2, code: "not-utf-8" }]);
    expect(rowsOf(batches)).toMatchObject([{ line: 3 }]);
  });
});

describe("a list of names", () => {
  test("one name a line, with comments", async () => {
    const batches = await read("# ours\na.example.com\n\n  münchen.example.com.  # old\nb.example.com");
    expect(rowsOf(batches)).toEqual([
      { line: 2, domain: "a.example.com" },
      { line: 4, domain: "münchen.example.com." },
      { line: 5, domain: "b.example.com" },
    ]);
  });

  test("an empty list has no batches", async () => {
    expect(await read("")).toEqual([]);
    expect(await read("# nothing\r\n\r\n")).toEqual([]);
  });
});

describe("what is no list", () => {
  test.each([
    ["columns without a header", "a.example.com,acme\n", /no header/],
    ["a column that is not known", "domain,tennant\n", /"tennant"/],
    ["a column twice", "domain,domain\n", /twice/],
    ["UTF-16", Uint8Array.from(Buffer.from("\uFEFFa.example.com\n", "utf16le")), /UTF-8/],
  ])("%s", async (_, content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });
});

describe("batches", () => {
  test("2,000 rows each, in order, with the line and the byte up to which they go", async () => {
    const text = Array.from({ length: 4_500 }, (_, n) => `n${n}.example.com\n`).join("");
    const batches = await read(text);
    expect(batches.map(({ rows, lastLine }) => [rows.length, lastLine])).toEqual([
      [2_000, 2_000],
      [2_000, 4_000],
      [500, 4_500],
    ]);
    expect(batches.at(-1)?.bytes).toBe(text.length);
  });

  test("rows with many aliases make smaller ones, far below the size that the server takes", async () => {
    const aliases = Array.from({ length: 99 }, (_, n) => `${"a".repeat(60)}.n${n}.example.com`).join(" ");
    const lines = Array.from({ length: 1_000 }, (_, n) => `n${n}.example.com,${aliases}`);
    const batches = await read(["domain,aliases", ...lines].join("\n"));
    expect(rowsOf(batches)).toHaveLength(1_000);
    for (const batch of batches) expect(JSON.stringify(batch).length).toBeLessThan(2_000_000);
  });
});
