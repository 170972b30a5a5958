/** What is found for a domain in Vault, against a stand-in that follows the documentation of its API. */
import { writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { instant, milliseconds, seconds } from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { newKey, pkcs8, TestFolder, TestIssuer } from "../../../cli/test/support/foreign-files.ts";
import { failed, VaultServer } from "../../../edge/test/support/vault-server.ts";
import { findInVault } from "../../src/effects/find-in-vault.ts";

const now = Date.now();
const issuer = new TestIssuer(now);
const names = ["shop.example.org", "www.shop.example.org"];
const made = issuer.issue({ names });
const path = "customers/shop.example.org";
const entry = { crt: made.leaf, issuers: made.chain, key: made.keyPem };
const look = { lineageId: "1", names, twinOf: null };
const signal = new AbortController().signal;
const clock = { now: () => instant(now) };

let vault: VaultServer;
const folder = new TestFolder();
const tokenFile = join(folder.path, "token");
beforeAll(async () => {
  vault = await VaultServer.open();
  await writeFile(tokenFile, "root\n");
});
afterAll(async () => {
  folder[Symbol.dispose]();
  await vault[Symbol.asyncDispose]();
});
beforeEach(() => {
  vault.answersAfter = 0;
  vault.entries.clear();
  vault.requests.length = 0;
});

const finder = (address = vault.address, timeout = seconds(5)) =>
  findInVault(
    {
      address,
      namespace: null,
      login: { kind: "token", file: tokenFile },
      mount: "secret",
      prefix: "customers",
      timeout,
    },
    { caPem: null, clock },
  );

test("an entry is found by the first name, whatever its fields are called, with one read", async () => {
  vault.write(path, entry);
  const place = `secret/${path}`;
  expect(await finder()(look, signal)).toEqual({
    kind: "found",
    place,
    chainPem: made.fullchain,
    keyPem: made.keyPem,
  });
  expect(vault.requests).toEqual(["GET secret/data/customers/shop.example.org"]);
});

test("it may be called after another name; a wildcard and the second of a pair are called as the agent calls them", async () => {
  vault.write("customers/www.shop.example.org", entry);
  expect(await finder()(look, signal)).toMatchObject({ place: "secret/customers/www.shop.example.org" });
  vault.requests.length = 0;
  const wildcard = { ...look, names: ["*.shop.example.org", "a.test", "b.test", "c.test"], twinOf: "7" };
  expect(await finder()(wildcard, signal)).toEqual({ kind: "absent" });
  expect(vault.requests).toEqual([
    "GET secret/data/customers/wildcard.shop.example.org-rsa",
    "GET secret/data/customers/a.test-rsa",
    "GET secret/data/customers/b.test-rsa",
  ]);
});

test("what is not there, was deleted or is something else is absent", async () => {
  const find = finder();
  expect(await find(look, signal)).toEqual({ kind: "absent" });
  vault.write(path, { user: "root", password: "x" });
  expect(await find(look, signal)).toEqual({ kind: "absent" });
  vault.entries.get(path)?.versions.push(null);
  expect(await find(look, signal)).toEqual({ kind: "absent" });
});

test.each([
  ["other-names", issuer.issue({ names: [...names, "bank.example.org"] })],
  ["other-names", issuer.issue({ names: ["shop.example.org"] })],
  ["expired", issuer.issue({ names, from: -90, until: -1 })],
  ["not-yet-valid", issuer.issue({ names, from: 1 })],
  ["key-mismatch", { ...made, keyPem: pkcs8(newKey()) }],
  ["no-key", { ...made, keyPem: "" }],
  ["not-understood", { ...made, chain: "-----BEGIN CERTIFICATE-----\n", keyPem: "" }],
])("%s is refused with its place", async (code, { leaf, chain, keyPem: key }) => {
  vault.write(path, { leaf, key, chain });
  expect(await finder()(look, signal)).toMatchObject({ kind: "refused", code, place: `secret/${path}` });
});

test("the first that is good is found, behind one that is not; where none is, the first says why", async () => {
  const expired = issuer.issue({ names, from: -90, until: -1 });
  vault.write(path, { ...entry, crt: expired.leaf, key: expired.keyPem });
  const other = issuer.issue({ names: ["www.shop.example.org"] });
  vault.write("customers/www.shop.example.org", { crt: other.leaf, issuers: other.chain, key: other.keyPem });
  expect(await finder()(look, signal)).toMatchObject({ code: "expired", place: `secret/${path}` });
  vault.write("customers/www.shop.example.org", entry);
  expect(await finder()(look, signal)).toMatchObject({ kind: "found" });
});

test("a domain waits no longer for several reads than for one", async () => {
  vault.answersAfter = 60;
  expect(await finder(vault.address, milliseconds(100))(look, signal)).toMatchObject({ kind: "away" });
});

test("a Vault that does not answer is waited for once: the next domain is spared", async () => {
  const connections: Socket[] = [];
  await using silent = createServer((socket) => connections.push(socket));
  const { promise, resolve } = Promise.withResolvers<void>();
  silent.listen(0, "127.0.0.1", resolve);
  await promise;
  const { port } = silent.address() as { readonly port: number };
  const find = finder(new URL(`http://127.0.0.1:${port}`), milliseconds(50));
  const reason = `Vault at http://127.0.0.1:${port} did not answer in time`;
  expect(await find(look, signal)).toEqual({ kind: "away", reason });
  const before = connections.length;
  expect(await find(look, signal)).toEqual({ kind: "spared" });
  expect(connections).toHaveLength(before);
  for (const socket of connections) socket.destroy();
});

test("one that is busy, or whose policy says no, is away; neither is waited for", async () => {
  vault.faults.push(failed(429, "request path quota exceeded"));
  expect(await finder()(look, signal)).toEqual({
    kind: "away",
    reason: "Vault answered 429: request path quota exceeded",
  });
  vault.faults.push(failed(403, "permission denied"));
  expect(await finder()(look, signal)).toMatchObject({
    kind: "away",
    reason: expect.stringContaining("403"),
  });
});
