import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { CertificateRef, Holding, Served } from "./holding.ts";
import { appendToLog, loadState, rewriteLog } from "./state-log.ts";
import { holdingOf, recordOf, type StateRecord } from "./state-record.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "certmill-state-"));
});
afterAll(() => rm(directory, { recursive: true }));

const ref: fc.Arbitrary<CertificateRef> = fc.record({
  certificateId: fc.constantFrom("1", "2", "3"),
  serial: fc.constantFrom("0a", "0b"),
  notAfter: fc.constantFrom("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"),
});
const names = fc.subarray(["a.example.com", "b.example.com", "*.c.example.com"], { minLength: 1 });
const served: fc.Arbitrary<Served> = fc.tuple(ref, names).map(([at, of]) => ({ ...at, names: of }));
const holding: fc.Arbitrary<Holding> = fc.record({
  lineageId: fc.constantFrom("1", "2", "3", "4"),
  names,
  twinOf: fc.option(fc.constantFrom("5", "6")),
  wanted: fc.option(ref),
  installed: fc.option(served),
  loaded: fc.option(served),
  proved: fc.option(ref),
});

/** What counts of a reference; the end of validity goes with the serial. */
const plain = (at: Holding) =>
  JSON.parse(
    JSON.stringify(at, [
      "lineageId",
      "names",
      "wanted",
      "installed",
      "loaded",
      "proved",
      "certificateId",
      "serial",
    ]),
  );

test("a holding comes back from its record", () => {
  fc.assert(
    fc.property(holding, (at) => {
      const { wanted, ...others } = plain(holdingOf(JSON.parse(JSON.stringify(recordOf(at)))));
      // It shares the object of what is installed, and with it its names.
      expect({
        ...others,
        wanted: wanted === null ? null : { certificateId: wanted.certificateId, serial: wanted.serial },
      }).toMatchObject(plain(at));
    }),
  );
});

const cursor = (place: string): StateRecord => ({ kind: "cursor", cursor: place });

test("a log amounts to its last words", async () => {
  const path = join(directory, "log");
  const at = {
    lineageId: "1",
    names: ["a.example.com"],
    twinOf: null,
    wanted: null,
    installed: null,
    loaded: null,
    proved: null,
  };
  const receipt = { lineageId: "1", certificateId: "11", servedAt: "2026-01-01T00:00:00Z", error: null };
  await rewriteLog(path, [recordOf(at), recordOf({ ...at, lineageId: "2" }), cursor("7")]);
  await appendToLog(path, [
    { kind: "receipt", receipt },
    { kind: "receipt", receipt: { ...receipt, lineageId: "2" } },
  ]);
  await appendToLog(path, [
    { kind: "gone", lineageId: "2" },
    { kind: "sent", lineageId: "2", certificateId: "11" },
    cursor("9"),
  ]);
  const loaded = await loadState(path);
  expect(loaded).toMatchObject({ kind: "found", state: { cursor: "9", receipts: [receipt] } });
  expect(loaded.kind === "found" && [...loaded.state.lineages.values()]).toEqual([at]);
});

test("one that was cut anywhere amounts to what came before the cut", async () => {
  const path = join(directory, "cut");
  const at = {
    lineageId: "1",
    names: ["a.example.com"],
    twinOf: null,
    wanted: null,
    installed: null,
    loaded: null,
    proved: null,
  };
  const first = await rewriteLog(path, [cursor("7")]);
  const second = await appendToLog(path, [recordOf(at), cursor("8")]);
  const whole = await readFile(path);
  for (let length = first; length < first + second; length += 7) {
    await writeFile(path, whole);
    await truncate(path, length);
    const loaded = await loadState(path);
    expect(loaded.kind === "found" && loaded.state.cursor, `cut at ${length}`).toBe("7");
  }
});

test.each([
  ["of another version", '{"kind":"head","version":2}\n'],
  ["without a head", '{"kind":"cursor","cursor":"7"}\n'],
  ["empty", ""],
  ["damaged in the middle", '{"kind":"head","version":3}\n{"kind":"cur\n{"kind":"cursor","cursor":"7"}\n'],
])("one that is %s is put aside", async (_, text) => {
  const path = join(directory, "bad");
  await writeFile(path, "");
  await appendFile(path, text);
  expect(await loadState(path)).toEqual({ kind: "unreadable", keptAt: `${path}.unreadable` });
  expect(await loadState(path)).toEqual({ kind: "none" });
});
