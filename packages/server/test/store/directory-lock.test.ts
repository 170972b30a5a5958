import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtempDisposable, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DirectoryInUse, lockDirectory } from "../../src/store/directory-lock.ts";

const temporary = () => mkdtempDisposable(join(tmpdir(), "certmill-lock-"));

/** The id of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

test("one at a time, in a directory that is made; released, it is free again", async () => {
  await using base = await temporary();
  const directory = join(base.path, "made");
  const first = await lockDirectory(directory);
  expect(await readFile(join(directory, "lock"), "utf8")).toBe(`${process.pid}\n`);
  await expect(lockDirectory(directory)).rejects.toThrow(DirectoryInUse);
  await first.release();
  expect(await readdir(directory)).toEqual([]);
  await (await lockDirectory(directory)).release();
});

test("the same directory by another path is the same", async () => {
  await using base = await temporary();
  const directory = join(base.path, "real");
  await mkdir(directory);
  await symlink(directory, join(base.path, "link"));
  const lock = await lockDirectory(directory);
  await expect(lockDirectory(join(base.path, "link"))).rejects.toThrow(DirectoryInUse);
  await lock.release();
});

test("a running process's lock stands, and the message names it and the way out", async () => {
  await using base = await temporary();
  await writeFile(join(base.path, "lock"), `${process.ppid}\n`);
  const refused = lockDirectory(base.path);
  await expect(refused).rejects.toMatchObject({ code: "directory-in-use" });
  await expect(refused).rejects.toThrow(`in use by process ${process.ppid}`);
  expect(await readFile(join(base.path, "lock"), "utf8")).toBe(`${process.ppid}\n`);
});

test.each([
  ["a dead process's", deadProcess],
  ["an earlier process's that had our id", () => process.pid],
  ["an empty", () => ""],
  ["a damaged", () => "x"],
])("%s lock is taken over", async (_, owner) => {
  await using base = await temporary();
  await writeFile(join(base.path, "lock"), `${await owner()}\n`);
  const lock = await lockDirectory(base.path);
  expect(await readFile(join(base.path, "lock"), "utf8")).toBe(`${process.pid}\n`);
  await lock.release();
  expect(await readdir(base.path)).toEqual([]);
});

test("of many processes that find a dead one's lock one has it", async () => {
  const dead = await deadProcess();
  for (let round = 0; round < 3; round += 1) {
    await using base = await temporary();
    await writeFile(join(base.path, "lock"), `${dead}\n`);
    const contenders = Array.from({ length: 4 }, () => startContender(base.path));
    const outcomes = await Promise.all(contenders.map(({ outcome }) => outcome));
    expect(outcomes.toSorted()).toEqual([
      "directory-in-use",
      "directory-in-use",
      "directory-in-use",
      "locked",
    ]);
    await Promise.all(contenders.map(({ stop }) => stop()));
  }
});

test("a takeover that its process did not survive is taken over, too", async () => {
  await using base = await temporary();
  const dead = await deadProcess();
  for (const file of ["lock", "lock.takeover"]) await writeFile(join(base.path, file), `${dead}\n`);
  const lock = await lockDirectory(base.path);
  await lock.release();
  expect(await readdir(base.path)).toEqual([]);
});

test("of many that find a dead process's lock one has it", async () => {
  await using base = await temporary();
  await writeFile(join(base.path, "lock"), `${await deadProcess()}\n`);
  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(base.path)));
  const locks = outcomes.filter((outcome) => outcome.status === "fulfilled");
  expect(locks).toHaveLength(1);
  await locks[0]?.value.release();
});

/** A process that tries to have the lock, says how that went, and keeps it until it is stopped. */
function startContender(directory: string) {
  const module = new URL("../../src/store/directory-lock.ts", import.meta.url).href;
  const program = `const { lockDirectory } = await import(${JSON.stringify(module)});
    const said = await lockDirectory(${JSON.stringify(directory)}).then(() => "locked", ({ code }) => code);
    process.stdout.write(said + "\\n");
    process.stdin.resume();`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  return {
    outcome: once(child.stdout.setEncoding("utf8"), "data").then(([text]) => String(text).trim()),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
