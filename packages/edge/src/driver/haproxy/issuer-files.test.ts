import { X509Certificate } from "node:crypto";
import { mkdtempDisposable, readdir, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { TestCa } from "../../../test/support/test-ca.ts";
import { IssuerFiles } from "./issuer-files.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());
const intermediate = ca.intermediatePem.trim();
/** The same issuer, certified anew, as by another root. */
const otherwise = ca.signIntermediate().trim();

const temporary = () => mkdtempDisposable(join(tmpdir(), "certmill-issuers-"));
const filesIn = async (path: string) => (await readdir(path)).filter((name) => name.endsWith(".pem"));

test("equal issuers are one file, whoever writes it, and whatever stands between their lines", async () => {
  await using directory = await temporary();
  const path = join(directory.path, "haproxy", "issuers");
  const files = await IssuerFiles.open(path);
  expect(await filesIn(path)).toEqual([]);
  const file = await files.fileOf(intermediate);
  expect(file).toMatchObject({ name: expect.stringMatching(/^[0-9a-f]{64}\.pem$/), certificates: 1 });
  expect(await files.fileOf(`${intermediate.replaceAll("\n", "\r\n")}\n`)).toEqual(file);
  expect(await (await IssuerFiles.open(path)).fileOf(intermediate)).toEqual(file);
  expect(await filesIn(path)).toEqual([file?.name]);
  expect((await readFile(join(path, file?.name ?? ""), "utf8")).trim()).toBe(intermediate);
});

test("HAProxy would not find a second chain that begins with the same issuer: there is no file for it", async () => {
  await using directory = await temporary();
  const files = await IssuerFiles.open(directory.path);
  const long = await files.fileOf(`${intermediate}\n${ca.rootPem}`);
  expect(long).toMatchObject({ certificates: 2 });
  expect(await files.fileOf(intermediate)).toBeNull();
  expect(await files.fileOf(otherwise)).toBeNull();
  expect(await (await IssuerFiles.open(directory.path)).fileOf(otherwise)).toBeNull();
  expect(await filesIn(directory.path)).toEqual([long?.name]);
});

test("nothing, what is no certificate, and what HAProxy would not find have no file", async () => {
  await using directory = await temporary();
  const files = await IssuerFiles.open(directory.path);
  const unidentified = withoutKeyIdentifier(intermediate);
  for (const pem of [
    "",
    "nothing",
    unidentified,
    `${intermediate}\nmore`,
    intermediate.replace("MII", "AAA"),
  ]) {
    expect(await files.fileOf(pem)).toBeNull();
  }
  expect(await filesIn(directory.path)).toEqual([]);
});

test("a file that is not what it is called goes; what is not the agent's stays", async () => {
  await using directory = await temporary();
  const name = (await (await IssuerFiles.open(directory.path)).fileOf(intermediate))?.name ?? "";
  await writeFile(join(directory.path, name), otherwise);
  await writeFile(join(directory.path, "operator.pem"), otherwise);
  const files = await IssuerFiles.open(directory.path);
  expect(await filesIn(directory.path)).toEqual(["operator.pem"]);
  expect(await files.fileOf(intermediate)).toMatchObject({ name });
  expect((await readFile(join(directory.path, name), "utf8")).trim()).toBe(intermediate);
});

function withoutKeyIdentifier(pem: string): string {
  const der = Buffer.from(new X509Certificate(pem).raw);
  const at = der.indexOf(Buffer.from("0603551d0e", "hex"));
  expect(at).toBeGreaterThan(0);
  // An extension that nobody knows.
  der[at + 4] = 0x7f;
  return `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----`;
}
