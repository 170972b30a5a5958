/** A package of a newer suite, out of an archive made here: the machine's apt sources and the network are left alone. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { type NewerPackage, unpackNewer } from "../../tools/peers/newer-package.ts";

const run = promisify(execFile);
const deadline = { timeout: 60_000 };

/** An unsigned archive with one package, `sample`, in the suite `next`. */
async function makeArchive(directory: string) {
  const { stdout } = await run("dpkg", ["--print-architecture"], deadline);
  const architecture = stdout.trim();
  const tree = join(directory, "tree");
  await mkdir(join(tree, "DEBIAN"), { recursive: true });
  await mkdir(join(tree, "usr/bin"), { recursive: true });
  const control = `Package: sample\nVersion: 2\nArchitecture: ${architecture}\nMaintainer: A <a@example.com>\nDescription: b\n`;
  await writeFile(join(tree, "DEBIAN/control"), control);
  await writeFile(join(tree, "usr/bin/sample"), "#!/bin/sh\necho sample 2\n", { mode: 0o755 });

  const archive = join(directory, "archive");
  const indexes = join(archive, "dists/next/main", `binary-${architecture}`);
  await mkdir(indexes, { recursive: true });
  await mkdir(join(archive, "pool"));
  const file = join(archive, "pool/sample.deb");
  await run("dpkg-deb", ["--root-owner-group", "--build", tree, file], deadline);
  const entry = `Filename: pool/sample.deb\nSize: ${(await readFile(file)).length}\nSHA256: ${await sha256(file)}\n`;
  const index = join(indexes, "Packages");
  await writeFile(index, `${control}${entry}\n`);
  const listed = ` ${await sha256(index)} ${(await readFile(index)).length} main/binary-${architecture}/Packages\n`;
  const release = `Suite: next\nCodename: next\nArchitectures: ${architecture}\nComponents: main\nSHA256:\n${listed}`;
  await writeFile(join(archive, "dists/next/Release"), release);
  return { uri: `file:${archive}`, trust: new Map([["Trusted", " yes"]]) };
}

async function sha256(file: string): Promise<string> {
  const { stdout } = await run("sha256sum", [file], deadline);
  return stdout.slice(0, 64);
}

async function tryOut(folder: string): Promise<void> {
  const { stdout } = await run(join(folder, "usr/bin/sample"), deadline);
  expect(stdout).toBe("sample 2\n");
}

const sample = (directory: string): NewerPackage => ({
  debianPackage: "sample",
  suites: ["next"],
  folder: join(directory, "cache/sample"),
  tryOut,
});

test("is unpacked whole, by two at once as by one, from the first suite that has it", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-newer-"));
  const archive = await makeArchive(directory.path);
  const wanted = { ...sample(directory.path), suites: ["none-such", "next"] };
  await Promise.all([unpackNewer(wanted, [archive]), unpackNewer(wanted, [archive])]);
  await tryOut(wanted.folder);
  expect(await readdir(join(directory.path, "cache"))).toEqual(["sample"]);
});

test("takes the place of one that does not work", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-newer-"));
  const wanted = sample(directory.path);
  await mkdir(join(wanted.folder, "usr"), { recursive: true });
  await unpackNewer(wanted, [await makeArchive(directory.path)]);
  await tryOut(wanted.folder);
});

test("that does not work here is not kept, and what it said is told", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-newer-"));
  const wanted: NewerPackage = {
    ...sample(directory.path),
    tryOut: () => Promise.reject(new Error("no such library")),
  };
  const unpacking = unpackNewer(wanted, [await makeArchive(directory.path)]);
  await expect(unpacking).rejects.toThrow("next: no such library");
  expect(await readdir(join(directory.path, "cache"))).toEqual([]);
});

test("that no suite has is an error with what each of them answered", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-newer-"));
  const archive = await makeArchive(directory.path);
  const wanted = { ...sample(directory.path), debianPackage: "other", suites: ["none-such", "next"] };
  await expect(unpackNewer(wanted, [archive])).rejects.toThrow(
    /^none-such: apt-get update failed.*\nnext: apt-get other\/next failed/,
  );
  expect(existsSync(wanted.folder)).toBe(false);
});
