/** `certmill` as a person uses it, one command after the other against one running installation. */
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { peers, programOf } from "../../tools/peers/peer.ts";
import { type Ended, runProgram } from "./support/certmill.ts";
import { type Hosting, startHosting } from "./support/hosting.ts";
import { type Installation, startInstallation } from "./support/installation.ts";

/** A customer's DNS that points to where nobody listens. */
const isElsewhere = (name: string): boolean => name.startsWith("elsewhere.");

let opened: AsyncDisposableStack;
let installation: Installation;
let hosting: Hosting;

beforeAll(async () => {
  await using starting = new AsyncDisposableStack();
  installation = starting.use(await startInstallation({ databaseUrl: null, makesDatabase: true }));
  const addressesOf = (name: string) => [isElsewhere(name) ? "127.0.0.2" : "127.0.0.1"];
  hosting = starting.use(await startHosting(installation, { addressesOf }));
  opened = starting.move();
});

afterAll(() => opened.disposeAsync());

test("domain add --wait shows each step with how long it took, and ends when the certificate is stored", async () => {
  const added = await installation.certmill(
    "domain",
    "add",
    "shop.example.com",
    "--with-www",
    "--tenant",
    "acme-shop",
    "--wait",
  );
  expect(added).toMatchObject({ code: 0, stderr: "" });
  const took = String.raw`\((?:\d+ ms|\d+\.\d s)\)`;
  for (const step of [
    "has the order",
    "proof of control is published",
    "has validated the names",
    "has issued the certificate",
    "certificate is stored",
  ]) {
    expect(added.stdout).toMatch(new RegExp(`${step}.* ${took}`));
  }
  expect(added.stdout).toMatch(/shop\.example\.com has its certificate, valid until \d{4}-\d\d-\d\d/);
  expect(added.stdout, "plain where it is piped").not.toContain("\u001B");
});

test("domain add --wait says why it did not work and when it is tried again", async () => {
  const added = await installation.certmill("domain", "add", "elsewhere.example.com", "--wait");
  expect(added.code).toBe(1);
  expect(added.stdout).toMatch(/The attempt failed: /);
  expect(added.stdout).toContain("elsewhere.example.com got no certificate.");
  expect(added.stdout).toMatch(/Next try: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ \(in \d+ (?:s|min)\)/);
  const shown = await installation.mustRun("domain", "show", "elsewhere.example.com", "--json");
  expect(JSON.parse(shown)).toMatchObject({ state: "waiting", failureCode: "connection" });
});

test("domain show tells the state, the names, the certificate and the history", async () => {
  const text = await installation.mustRun("domain", "show", "SHOP.example.com.");
  expect(text).toMatch(/^shop\.example\.com {2}active$/m);
  expect(text).toMatch(/^Names +shop\.example\.com, www\.shop\.example\.com$/m);
  expect(text).toMatch(/^Tenant +acme-shop$/m);
  expect(text).toMatch(/^Certificate +\d+ by CN=Pebble Intermediate/m);
  expect(text).toContain("The domain was added.");
});

test("certificate export writes a chain that openssl verifies, and the key for its owner alone", async () => {
  const out = join(installation.directory, "exported");
  await installation.mustRun("certificate", "export", "--domain", "www.shop.example.com", "--out", out);
  const [chain, key] = [join(out, "fullchain.pem"), join(out, "privkey.pem")];
  const root = join(installation.directory, "issuing-root.pem");
  await writeFile(root, await hosting.pebble.issuingRootPem());

  const host = ["-verify_hostname", "www.shop.example.com"];
  const verified = await openssl("verify", "-CAfile", root, "-untrusted", chain, ...host, chain);
  expect(verified).toMatchObject({ code: 0, stdout: expect.stringMatching(/: OK\n$/) });
  const publicKeys = [
    await openssl("x509", "-in", chain, "-noout", "-pubkey"),
    await openssl("pkey", "-in", key, "-pubout"),
  ].map(({ stdout }) => stdout);
  expect(publicKeys[0]).toBe(publicKeys[1]);
  expect((await stat(key)).mode & 0o777).toBe(0o600);
  expect((await stat(chain)).mode & 0o777).toBe(0o644);
});

test("key create and key rotate: the old key can go, and everything still opens", async () => {
  const { keyFile, certmill, mustRun, directory, processes } = installation;
  const old = (await readFile(keyFile, "utf8")).trim();
  await mustRun("key", "create", keyFile);
  expect(await mustRun("key", "rotate")).toMatch(/^[1-9]\d* secrets re-wrapped/);
  expect(await mustRun("key", "rotate")).toMatch(/^0 secrets re-wrapped/);

  const lines = (await readFile(keyFile, "utf8")).split("\n");
  expect(lines).toContain(old);
  await writeFile(keyFile, lines.filter((line) => line !== old).join("\n"));
  await processes[0]?.stop();
  await installation.start();
  const out = join(directory, "exported-after-rotation");
  await mustRun("certificate", "export", "--domain", "shop.example.com", "--out", out);
  expect(await readFile(join(out, "privkey.pem"))).toEqual(
    await readFile(join(directory, "exported", "privkey.pem")),
  );
  expect(await certmill("domain", "add", "later.example.com", "--wait")).toMatchObject({ code: 0 });
});

test("a tenant's token sees what is its tenant's; an edge's is refused elsewhere", async () => {
  const { directory, mustRun, certmill } = installation;
  const tokenFile = async (name: string, ...scope: readonly string[]): Promise<readonly string[]> => {
    const file = join(directory, name);
    await writeFile(file, await mustRun("token", "create", ...scope), { mode: 0o600 });
    return ["--token-file", file];
  };
  const tenant = await tokenFile("tenant-token", "--scope", "tenant", "--tenant", "acme-shop");
  const listed = await mustRun("domain", "list", "--json", ...tenant);
  expect(
    listed
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).name),
  ).toEqual(["shop.example.com", "www.shop.example.com"]);
  expect(await certmill("domain", "show", "later.example.com", ...tenant)).toMatchObject({ code: 5 });
  expect(await certmill("status", ...tenant)).toMatchObject({ code: 4 });
  const forbidden = ["certificate", "export", "--domain", "shop.example.com", "--out", directory];
  expect(await certmill(...forbidden, ...tenant)).toMatchObject({ code: 4 });

  const edge = await tokenFile("edge-token", "--scope", "edge");
  for (const command of [["domain", "list"], ["status"], ["token", "list"], ["certificate", "list"]]) {
    expect(await certmill(...command, ...edge), command.join(" ")).toMatchObject({
      code: 4,
      stderr: expect.stringContaining("scope"),
    });
  }
});

const openssl = (...args: readonly string[]): Promise<Ended> => runProgram(programOf(peers.openssl), args);
