import { appendFile, mkdtempDisposable, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { CrtListFile } from "./crt-list-file.ts";
import { entryOf, type ListEntry, lineOf, parseLine } from "./list-entry.ts";

const always = () => Promise.resolve(true);

function entry(directory: string, lineageId: string, ...names: string[]): ListEntry {
  const made = entryOf(directory, lineageId, names);
  if (made === null) throw new Error("names without a name");
  return made;
}

const liveLines = async (path: string): Promise<readonly string[]> =>
  (await readFile(path, "utf8")).split("\n").flatMap((line) => (line.startsWith(" ") ? [line.slice(1)] : []));

test("what is added and removed is what HAProxy reads, now and after the agent's next start", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-crt-list-"));
  const path = join(directory.path, "haproxy", "crt-list");
  const of = (lineageId: string, ...names: string[]) =>
    entry(join(directory.path, "haproxy"), lineageId, ...names);
  const [a, b, c] = [of("1", "a.example", "*.a.example"), of("2", "b.example"), of("1", "a.example")];
  const file = await CrtListFile.open(path, always);
  await file.add(a);
  await file.add(a);
  await file.add(b);
  expect(await liveLines(path)).toEqual([a, b].map(lineOf));
  await file.add(c);
  expect(file.pathsOf("1")).toEqual([a.path, c.path]);
  await file.remove(b.path);
  expect(await liveLines(path)).toEqual([a, c].map(lineOf));
  // A change of names that was cut short: the later line is the lineage's.
  const next = await CrtListFile.open(path, always);
  expect(next.entries()).toEqual([c]);
  expect(await liveLines(path)).toEqual([lineOf(c)]);
  await next.settled();
});

test("what somebody else has written, or that they took the file away, is undone with the next change", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-crt-list-"));
  const path = join(directory.path, "crt-list");
  const of = (lineageId: string) => entry(directory.path, lineageId, `${lineageId}.example`);
  const file = await CrtListFile.open(path, always);
  await file.add(of("1"));
  await appendFile(path, "/etc/ssl/theirs.pem\n");
  await file.add(of("2"));
  expect(await liveLines(path)).toEqual([of("1"), of("2")].map(lineOf));
  await file.settled();
  await rm(path);
  await file.remove(of("1").path);
  expect(await liveLines(path)).toEqual([lineOf(of("2"))]);
});

test("an entry whose PEM file is gone is not given to HAProxy, which would not start with it", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-crt-list-"));
  const path = join(directory.path, "crt-list");
  const [one, two] = [entry(directory.path, "1", "1.example"), entry(directory.path, "2", "2.example")];
  await writeFile(path, ` ${lineOf(one)}\n ${lineOf(two)}\n`);
  const file = await CrtListFile.open(path, ({ path: pem }) => Promise.resolve(pem === two.path));
  expect(file.entries()).toEqual([two]);
  expect(await liveLines(path)).toEqual([lineOf(two)]);
});

test("a file of mostly ended lines is written anew", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-crt-list-"));
  const path = join(directory.path, "crt-list");
  const names = Array.from({ length: 90 }, (_, i) => `${"long-label-".repeat(5)}${i}.example.com`);
  const file = await CrtListFile.open(path, always);
  const kept = entry(directory.path, "kept", "kept.example");
  await file.add(kept);
  for (let i = 0; i < 20; i += 1) {
    const large = entry(directory.path, `large${i}`, ...names);
    await file.add(large);
    await file.remove(large.path);
  }
  const text = await readFile(path, "utf8");
  expect(text.length).toBeLessThan(80_000);
  expect(await liveLines(path)).toEqual([lineOf(kept)]);
  await file.settled();
});

const label = fc.stringMatching(/^[a-z0-9]{1,10}$/);
const names = fc.uniqueArray(
  label.map((text) => `${text}.example.com`),
  { minLength: 1, maxLength: 4 },
);
const lineage = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);

test("a line is read as the entry it was written from, and no part of it as any other", () => {
  fc.assert(
    fc.property(lineage, names, fc.nat(), (lineageId, filters, cut) => {
      const made = entry("/edge/haproxy", lineageId, ...filters);
      const line = lineOf(made);
      expect(parseLine("/edge/haproxy", line)).toEqual(made);
      expect(parseLine("/elsewhere", line)).toBeNull();
      expect(parseLine("/edge/haproxy", line.slice(0, cut % line.length))).toBeNull();
    }),
  );
});

test("addresses are no filters", () => {
  expect(entryOf("/d", "1", ["192.0.2.1", "a.example", "2001:db8::1"])?.names).toEqual(["a.example"]);
  expect(entryOf("/d", "1", ["192.0.2.1"])).toBeNull();
});
