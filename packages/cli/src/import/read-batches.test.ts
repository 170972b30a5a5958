import { operations } from "@certmill/api";
import fc from "fast-check";
import { Check } from "typebox/value";
import { describe, expect, test } from "vitest";
import { type ImportBatch, readBatches } from "./read-batches.ts";

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

/** A line that could be anything but the end of one. */
const anyLine = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", ".", ",", ";", '"', "#", " ", "\t", "-", "é", "\u{1F600}") }),
  fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n\0]/g, "")),
  fc.tuple(fc.domain(), fc.domain(), fc.domain()).map((cells) => cells.join(",")),
);

const header = "domain,tenant,aliases";

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

test("bytes that are no UTF-8 spoil their line alone", async () => {
  const latin1 = Uint8Array.from(Buffer.from(`${header}\nm\xFCnchen.example.com\nb.example.com`, "latin1"));
  const batches = await read(latin1);
  expect(rejectedOf(batches)).toMatchObject([{ line: 2, code: "not-utf-8" }]);
  expect(rowsOf(batches)).toMatchObject([{ line: 3 }]);
});

test("an empty list has no batches", async () => {
  expect(await read("# nothing\r\n\r\n")).toEqual([]);
});

test.each([
  ["columns without a header", "a.example.com,acme\n", /no header/],
  ["UTF-16", Uint8Array.from(Buffer.from("\uFEFFa.example.com\n", "utf16le")), /UTF-8/],
])("%s is no list", async (_, content, message) => {
  await expect(read(content)).rejects.toThrow(message);
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
