import { spawnSync } from "node:child_process";
import { mkdir, mkdtempDisposable, readdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFiles } from "./temporary-files.ts";

test("what cannot be in memory is elsewhere, and nothing is left in the end", async () => {
  await using elsewhere = await mkdtempDisposable(join(tmpdir(), "certmill-test-"));
  {
    // A file system without room, and not one to write to.
    await using files = await temporaryFiles({ inMemory: "/proc", elsewhere: elsewhere.path });
    expect(dirname(files.path)).toBe(elsewhere.path);
    // The owner's, and others may go through.
    expect((await stat(files.path)).mode & 0o777).toBe(0o711);
    await mkdir(join(files.path, "deep"));
    await writeFile(join(files.path, "deep", "file"), "x");
  }
  expect(await readdir(elsewhere.path)).toEqual([]);
});

test("what a killed run has left goes with the next; what a living one has, and what is others', stays", async () => {
  await using elsewhere = await mkdtempDisposable(join(tmpdir(), "certmill-test-"));
  const { pid: dead } = spawnSync("true");
  const stays = ["cm-notes", `cm-${process.pid}-abc123`, `certmill-${dead}-abc123`];
  for (const name of [...stays, `cm-${dead}-abc123`]) await mkdir(join(elsewhere.path, name));
  await (await temporaryFiles({ inMemory: "/nowhere", elsewhere: elsewhere.path }))[Symbol.asyncDispose]();
  expect((await readdir(elsewhere.path)).sort()).toEqual(stays.sort());
});
