import { mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { TestCa } from "../../../test/support/test-ca.ts";
import { CertificateDirectory } from "../../install/certificate-directory.ts";
import { layouts } from "../../install/layout.ts";
import { plainSerial } from "../../proof/handshake.ts";
import { PemFiles } from "./pem-files.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

test("a PEM file is the agent's own of the certificate, replaced at once, and outlives the agent's", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-pem-files-"));
  const agents = new CertificateDirectory(directory.path, layouts.combined);
  const refs = [];
  for (const certificateId of ["1", "2"]) {
    const pair = ca.issue(["a.example.com"]);
    const ref = { certificateId, serial: pair.serial, notAfter: pair.notAfter };
    await agents.store("7", ref, { pair, isFirst: true });
    refs.push({ ref, pair });
  }
  const [first, second] = refs;
  if (first === undefined || second === undefined) throw new Error("two were made");
  await mkdir(join(directory.path, "haproxy"));
  const path = join(directory.path, "haproxy", "7.0123456789abcdef.pem");
  const pems = new PemFiles(directory.path);
  expect(await pems.serial(path)).toBeNull();
  for (const { ref, pair } of [first, second, second]) {
    pems.put(path, "7", ref);
    new PemFiles(directory.path).put(path, "7", ref);
    expect(await readFile(path, "utf8")).toBe(pair.chainPem + pair.keyPem);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  }
  agents.prune("7", []);
  expect(await new PemFiles(directory.path).serial(path)).toBe(plainSerial(second.ref.serial));
  expect(() => pems.put(path, "7", first.ref)).toThrow(expect.objectContaining({ code: "ENOENT" }));
  expect(await readdir(join(directory.path, "haproxy"))).toEqual(["7.0123456789abcdef.pem"]);
});

test("what a killed run has left goes; what an operator keeps there stays", async () => {
  await using directory = await mkdtempDisposable(join(tmpdir(), "certmill-pem-files-"));
  const names = [".7.a.pem.new", "7.a.pem", "default.pem", "crt-list"];
  for (const name of names) await writeFile(join(directory.path, name), "");
  await new PemFiles("/nowhere").sweep(directory.path, (path) => path.endsWith("/7.a.pem"));
  expect((await readdir(directory.path)).sort()).toEqual(["crt-list", "default.pem"]);
});
