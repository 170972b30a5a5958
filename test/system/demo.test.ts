/** `npm run demo`, as a newcomer runs it: server, CA, edge and commands from their sources. Its output goes to a pipe. */
import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Ended, runProgram } from "./support/certmill.ts";

const root = new URL("../..", import.meta.url).pathname;

const demo = (...args: readonly string[]): Promise<Ended> =>
  runProgram("npm", ["run", "--silent", "demo", "--", ...args], { cwd: root, within: 240_000 });

/** Lines of the closing table: a name, an issuer, an expiry, a time. */
const servedRows = ({ stdout }: Ended): readonly string[] =>
  stdout.split("\n").filter((line) => /\d{4}-\d\d-\d\d +\d+\.\d s$/.test(line));

function demandPlain({ stdout }: Ended): void {
  for (const sign of ["\r", "\u001B"]) {
    expect(stdout, "nothing is redrawn or coloured").not.toContain(sign);
  }
  expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
}

test("the sample, with the CA of this repository", async () => {
  const ended = await demo("--once");
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const [, served, all] = /^(\d+) of (\d+) names are served over TLS/m.exec(ended.stdout) ?? [];
  expect(Number(all)).toBeGreaterThanOrEqual(60);
  expect(served).toBe(all);
  expect(servedRows(ended)).toHaveLength(Number(all));
  demandPlain(ended);
});

test("a list of one's own, with Pebble", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-demo-list-"));
  const list = join(directory.path, "names.txt");
  const names = ["one", "two", "three", "four", "five"].map((label) => `${label}.demo.example.com`);
  await writeFile(list, names.join("\n"));
  const ended = await demo("--once", "--ca", "pebble", "--domains", list);
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(servedRows(ended).map((row) => row.split(" ")[0])).toEqual(names.toSorted());
  demandPlain(ended);
});
