import { mkdtempDisposable, readFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createKeyFile,
  KeyFileInvalid,
  newKeyLine,
  parseKeyRing,
  readKeyFile,
} from "../../src/keys/key-ring.ts";
import { loadKeys } from "../../src/keys/load-key-ring.ts";

const [a, b] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)].map((key) => key.toString("base64"));

test("the first key seals, all of them open; comments, blank lines and CRLF do not matter", () => {
  const ring = parseKeyRing(`# the keys\r\n\r\nnew ${a} # since May\r\nold\t${b}\r\n`);
  expect(ring.current.id).toBe("new");
  expect(Buffer.from(ring.find("old") ?? []).toString("base64")).toBe(b);
  expect(ring.find("other")).toBeNull();
});

/** What may come with a wrong line; no part of it may be told. */
const hidden = "c2VjcmV0LXNlY3JldC1zZWNyZXQ";
const faults: readonly (readonly [what: string, text: string, told: RegExp])[] = [
  ["an empty file", "", /no key|empty/i],
  ["comments only", "# nothing\n", /no key|empty/i],
  ["a key without an id", `ok ${a}\n${hidden}${hidden}\n`, /Line 2 /],
  ["a key that is too short", `id ${hidden}=\n`, /Line 1 /],
  ["a key that is too long", `\nid ${hidden}${hidden}${hidden}=\n`, /Line 2 /],
  ["a key in hex", `id ${Buffer.from(hidden).toString("hex")}\n`, /Line 1 /],
  ["a third word", `id ${a} ${hidden}\n`, /Line 1 /],
  ["an id with other characters", `${hidden}! ${a}\n`, /Line 1 /],
  ["the same id twice", `id ${a}\nid ${b}\n`, /same id/],
];

test.each(faults)("%s is refused, and told without showing a key", (_, text, told) => {
  expect(() => parseKeyRing(text)).toThrow(KeyFileInvalid);
  expect(() => parseKeyRing(text)).toThrow(told);
  for (const secret of [hidden, a, b, Buffer.from(hidden).toString("hex")]) {
    expect(() => parseKeyRing(text)).not.toThrow(new RegExp(String(secret).slice(0, 12)));
  }
});

test("a new line is a key of its own", () => {
  const line = newKeyLine(new Date("2026-11-22T12:00:00Z"));
  expect(line).toMatch(/^2026-11-22-[0-9a-f]{4} [A-Za-z0-9+/]{43}=\n$/);
  expect(parseKeyRing(line).current.key).toHaveLength(32);
  expect(newKeyLine(new Date(0))).not.toBe(newKeyLine(new Date(0)));
});

test("a key file is made for its owner alone, and never overwritten", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-keys-"));
  const path = join(directory.path, "keys");
  expect(await createKeyFile(path, new Date(0))).toBe(true);
  const text = await readFile(path, "utf8");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await createKeyFile(path, new Date(0))).toBe(false);
  expect(await readFile(path, "utf8")).toBe(text);
});

test("a file that is missing is told with its path and why", async () => {
  const missing = readKeyFile("/nonexistent/keys");
  await expect(missing).rejects.toThrow(KeyFileInvalid);
  await expect(missing).rejects.toThrow(/\/nonexistent\/keys.*ENOENT/);
});

test("with PostgreSQL a missing key file is never made", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-keys-"));
  const config = {
    keys: { kind: "file", path: join(directory.path, "keys") },
    database: { kind: "postgresql", url: "postgresql://db.test/certmill", connections: 2 },
  } as const;
  await expect(loadKeys(config, new Date(0))).rejects.toThrow(KeyFileInvalid);
  const embedded = { ...config, database: { kind: "embedded", directory: directory.path } } as const;
  const made = await loadKeys(embedded, new Date(0));
  expect(made.made).toBe(config.keys.path);
  const again = await loadKeys(config, new Date(0));
  expect([again.made, again.ring().current.id]).toEqual([null, made.ring().current.id]);
});
