/** What SQL writes is in the table of kinds, as what TypeScript writes is by its type. */
import { readdirSync, readFileSync } from "node:fs";
import { eventKinds } from "@certmill/domain";
import { expect, test } from "vitest";

const store = new URL("../../src/store/", import.meta.url);

const statements = readdirSync(store, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => readFileSync(new URL(file, store), "utf8").match(/insert into event[^;`]*[;`]/g) ?? []);

const written = statements.flatMap((statement) => statement.match(/'[a-z]+\.[a-z-]+'/g) ?? []);

test("every kind that a statement writes has its row", () => {
  expect(written.length).toBeGreaterThan(5);
  const known = new Set(Object.keys(eventKinds).map((kind) => `'${kind}'`));
  expect(written.filter((kind) => !known.has(kind))).toEqual([]);
});
