/** Vault's key-value store, against a stand-in that follows the documentation of its API; Vault itself is not run. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Delivery, Driver } from "../src/driver/driver.ts";
import { openVaultDriver, type VaultOptions } from "../src/driver/vault/open-vault-driver.ts";
import { plainSerial } from "../src/proof/handshake.ts";
import { EdgeServer } from "./support/edge-server.ts";
import { eventually } from "./support/eventually.ts";
import { runAgent, temporaryDirectory } from "./support/running-agent.ts";
import { TestCa, type TestCertificate } from "./support/test-ca.ts";
import { failed, VaultServer } from "./support/vault-server.ts";

const ca = new TestCa();
afterAll(() => ca[Symbol.dispose]());

const names = ["shop.example.com", "www.shop.example.com"];
const path = "certmill/shop.example.com";
const first = ca.issue(names);
const second = ca.issue(names);
const signal = new AbortController().signal;

function delivery(lineageId: string, made: TestCertificate, of: readonly string[] = names): Delivery {
  const { serial, notAfter, chainPem, keyPem } = made;
  const ref = { certificateId: `${lineageId}1`, serial, notAfter };
  return { lineageId, names: of, twinOf: null, ref, pair: { chainPem, keyPem } };
}

interface Place extends AsyncDisposable {
  readonly vault: VaultServer;
  readonly directory: string;
  readonly tokenFile: string;
  open(part?: Partial<VaultOptions>): Driver;
  file(name: string, content: string): Promise<string>;
}

async function openPlace(): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const vault = opened.use(await VaultServer.open());
  const { path: directory } = opened.use(await temporaryDirectory());
  const file = async (name: string, content: string): Promise<string> => {
    const at = join(directory, "..", name);
    await writeFile(at, content);
    return at;
  };
  const tokenFile = await file("token", "root\n");
  const lifetime = opened.move();
  const open = (part: Partial<VaultOptions> = {}) =>
    openVaultDriver({
      address: vault.address,
      caPem: null,
      namespace: null,
      login: { kind: "token", file: tokenFile },
      mount: "secret",
      prefix: "certmill",
      ...part,
    });
  return { vault, directory, tokenFile, open, file, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

const latest = (vault: VaultServer, of = path) => vault.entries.get(of)?.versions.at(-1);

test("what is stored is written, renewed as another version, and erased with its domain", async () => {
  await using place = await openPlace();
  const { vault } = place;
  await using server = await EdgeServer.open();
  server.put("1", "11", names, first);
  const proxy = {
    driver: place.open(),
    pace: 1_000,
    onePerName: false,
    switchesWithin: 200,
    lookEvery: 20,
    reconcileEvery: 60_000,
  };
  await using _agent = await runAgent(server, place.directory, { proxy: { kind: "driver", ...proxy } });
  await eventually("it is there", () => server.served().includes("11"));
  expect(latest(vault)).toEqual({
    certificate: first.chainPem.replace(ca.intermediatePem, ""),
    chain: ca.intermediatePem,
    private_key: first.keyPem,
    serial: plainSerial(first.serial),
    not_after: first.notAfter,
    names: names.join(),
  });
  server.put("1", "12", names, second);
  await eventually("it is renewed", () => server.served().includes("12"));
  expect(vault.entries.get(path)?.versions).toHaveLength(2);
  expect(latest(vault)?.["private_key"]).toBe(second.keyPem);
  server.remove("1");
  await eventually("it is gone", () => vault.entries.size === 0);
});

test("both of a pair are entries, and go each alone", async () => {
  await using place = await openPlace();
  const { vault } = place;
  const driver = place.open();
  const rsa = ca.issueRsa(names);
  await driver.put(delivery("1", first), signal);
  await driver.put({ ...delivery("2", rsa), twinOf: "1" }, signal);
  expect([...vault.entries.keys()].sort()).toEqual([path, `${path}-rsa`]);
  expect(latest(vault, `${path}-rsa`)?.["private_key"]).toBe(rsa.keyPem);
  expect(latest(vault)?.["private_key"]).toBe(first.keyPem);
  expect(await driver.remove({ lineageId: "2", names }, signal)).toEqual({ kind: "done" });
  expect([...vault.entries.keys()]).toEqual([path]);
});

test("a comparison reads no key; the same again writes nothing", async () => {
  await using place = await openPlace();
  const { vault } = place;
  const driver = place.open();
  expect(await driver.list(signal)).toEqual(new Map());
  for (const n of [1, 2, 3]) await driver.put(delivery(`${n}`, first, [`n${n}.example.com`]), signal);
  vault.write("certmill/other.example.com", { note: "somebody else's" });
  vault.requests.length = 0;
  const serial = plainSerial(first.serial);
  expect(await place.open().list(signal)).toEqual(new Map([1, 2, 3].map((n) => [`${n}`, serial])));
  expect(vault.requests.filter((request) => !request.startsWith("GET secret/metadata/"))).toEqual([]);
  expect(await driver.put(delivery("1", first, ["n1.example.com"]), signal)).toEqual({ kind: "done" });
  expect(vault.entries.get("certmill/n1.example.com")?.versions).toHaveLength(1);
});

test("what somebody else has written is neither overwritten nor erased, whenever they did", async () => {
  await using place = await openPlace();
  const { vault } = place;
  const driver = place.open();
  vault.write(path, { certificate: "theirs" });
  expect(await driver.put(delivery("1", first), signal)).toEqual({
    kind: "refused",
    reason: expect.stringMatching(
      /^secret\/certmill\/shop\.example\.com was written by somebody else\. .*import vault/,
    ),
  });
  vault.entries.clear();

  vault.beforeWrite = (of) => {
    vault.beforeWrite = () => undefined;
    vault.write(of, { certificate: "faster" });
  };
  expect(await driver.put(delivery("1", first), signal)).toMatchObject({
    kind: "refused",
    reason: expect.stringContaining("check-and-set"),
  });
  expect(await driver.put(delivery("1", first), signal)).toMatchObject({ kind: "refused" });
  expect((await driver.list(signal))?.get("1")).toBe("overwritten");
  vault.entries.clear();

  await driver.put(delivery("1", first), signal);
  vault.write(path, { certificate: "later" });
  expect((await driver.list(signal))?.get("1")).toBe("overwritten");
  expect(await driver.put(delivery("1", second), signal)).toMatchObject({ kind: "refused" });
  expect(await driver.remove({ lineageId: "1", names }, signal)).toMatchObject({ kind: "refused" });
  expect(latest(vault)).toEqual({ certificate: "later" });
});

test("after an end between the mark and the writing it is written", async () => {
  await using place = await openPlace();
  const { vault } = place;
  const driver = place.open();
  const mark = { managed_by: "certmill", lineage: "1", serial: plainSerial(first.serial), version: "1" };
  vault.entries.set(path, { custom: mark, versions: [] });
  expect((await driver.list(signal))?.get("1")).toBe("overwritten");
  expect(await driver.put(delivery("1", first), signal)).toEqual({ kind: "done" });
  expect(latest(vault)?.["private_key"]).toBe(first.keyPem);
  // A version that somebody deleted is written anew.
  vault.entries.get(path)?.versions.splice(0, 1, null);
  expect((await driver.list(signal))?.get("1")).toBe("overwritten");
  expect(await driver.put(delivery("1", first), signal)).toEqual({ kind: "done" });
  expect(vault.entries.get(path)?.versions).toHaveLength(2);
});

test("a lineage with another first name has one entry; a name that another lineage has now stays", async () => {
  await using place = await openPlace();
  const { vault } = place;
  const driver = place.open();
  await driver.put(delivery("1", first), signal);
  await driver.put(delivery("1", first, ["*.example.com"]), signal);
  expect([...vault.entries.keys()]).toEqual(["certmill/wildcard.example.com"]);
  await driver.put(delivery("2", second, ["*.example.com"]), signal);
  await driver.remove({ lineageId: "1", names }, signal);
  expect(latest(vault, "certmill/wildcard.example.com")?.["private_key"]).toBe(second.keyPem);
});

test("it logs in by AppRole, renews the token when two thirds of its life are over, and logs in anew when it was revoked", async () => {
  await using place = await openPlace();
  const { vault } = place;
  const roleIdFile = await place.file("role", "a-role\n");
  const secretIdFile = await place.file("secret", "a-secret\n");
  const login = { kind: "approle", roleIdFile, secretIdFile, mount: "approle" } as const;
  const driver = place.open({ login });
  expect(await driver.health(signal)).toEqual({ kind: "up", bootId: vault.clusterId });
  await Promise.all([1, 2, 3].map((n) => driver.put(delivery(`${n}`, first, [`n${n}.example.com`]), signal)));
  expect([vault.logins, vault.renewals]).toEqual([1, 0]);
  vault.tokens.delete("token-1");
  expect(await driver.put(delivery("4", first), signal)).toEqual({ kind: "done" });
  expect([vault.logins, vault.renewals]).toEqual([2, 0]);

  vault.lease = 0.001;
  const shortLived = place.open({ login });
  await shortLived.list(signal);
  await eventually("it is renewed", async () => {
    await shortLived.list(signal);
    return vault.renewals > 0;
  });
});

test("it logs in by the pod's service account, in a namespace", async () => {
  await using place = await openPlace();
  place.vault.namespace = "customers";
  const jwtFile = await place.file("jwt", "a-jwt");
  const login = { kind: "kubernetes", role: "edge", jwtFile, mount: "kubernetes" } as const;
  expect(await place.open({ login, namespace: "customers" }).put(delivery("1", first), signal)).toEqual({
    kind: "done",
  });
  expect(await place.open({ login }).health(signal)).toMatchObject({ kind: "away" });
});

test("a Vault that is sealed, busy or away is waited for, and says why", async () => {
  await using place = await openPlace();
  const { vault } = place;
  const driver = place.open();
  const busy = { ...failed(429, "request path quota exceeded"), headers: { "retry-after": "0" } };
  vault.faults.push(busy, busy);
  expect(await driver.put(delivery("1", first), signal)).toEqual({ kind: "done" });
  vault.isSealed = true;
  const sealed = { kind: "away", reason: "Vault is sealed, or in maintenance (503)" };
  expect(await driver.health(signal)).toEqual(sealed);
  expect(await driver.put(delivery("1", second), signal)).toEqual(sealed);
  vault.isSealed = false;
  vault.tokens.clear();
  expect(await driver.health(signal)).toEqual({
    kind: "away",
    reason: "Vault does not take the token: Vault answered 403: permission denied",
  });
  expect(await driver.list(signal)).toBeNull();
});
