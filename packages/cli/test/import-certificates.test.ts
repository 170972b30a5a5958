import { generateKeyPairSync } from "node:crypto";
import { obtain } from "@certmill/acme";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { VaultServer } from "../../edge/test/support/vault-server.ts";
import { newKey, pkcs8, TestFolder, TestIssuer, writeCertbot } from "./support/foreign-files.ts";
import { jsonLines } from "./support/run-cli.ts";
import { startTestServer, type TestServer } from "./support/test-server.ts";

const issuer = new TestIssuer(Date.now());
let server: TestServer;
let folder: TestFolder;

beforeAll(async () => {
  server = await startTestServer({ alwaysValid: true });
});

afterAll(() => server[Symbol.asyncDispose]());

beforeEach(() => {
  folder = new TestFolder();
});

afterEach(() => folder[Symbol.dispose]());

/** What lego would have after `lego run`. */
async function writeLego(name: string): Promise<string> {
  const { directoryUrl } = server.simCa;
  const { chain, privateKeyPem, accountKey, accountUrl } = await obtain({
    directoryUrl,
    agreeToTerms: true,
    names: [name],
    publish: { "http-01": async () => async () => {} },
  });
  const account = { id: "main", server: directoryUrl, registration: { accountURL: accountUrl } };
  folder.write({
    "accounts/sim/main/account.json": JSON.stringify(account),
    "accounts/sim/main/main.key": accountKey.toPem(),
    [`certificates/${name}.crt`]: chain.pem,
    [`certificates/${name}.key`]: privateKeyPem,
    [`certificates/${name}.json`]: JSON.stringify({
      domains: [name],
      certUrl: new URL("/c/1", directoryUrl).href,
    }),
  });
  return accountUrl;
}

test("a first CA comes with its account, and what was there is served and can be replaced", async () => {
  const accountUrl = await writeLego("lego.example.com");
  folder.write({ "certificates/lost.example.com.crt": "nothing" });
  const foreseen = await server.run(["import", "lego", folder.path, "--account", "--dry-run"]);
  expect(foreseen.stdout).toMatch(
    /^Dry run: nothing was changed\.\nFound {5}2 certificates in .+ a second\nImported {2}1, served from now on\nKnown {5}0\n/,
  );
  expect((await server.run(["ca", "list", "--json"])).stdout).toBe("");

  const { code, stdout, stderr } = await server.run(["import", "lego", folder.path, "--account"]);
  expect(stderr).toBe(`${folder.path}/certificates/lost.example.com.crt: There is no certificate in it.\n`);
  expect(stdout).toMatch(/^Rejected {2}1, told above$/m);
  expect(stdout).toMatch(/^Exempt {4}1 of 1 renewals, where the CA exempts successors$/m);
  expect(stdout).toMatch(/^Accounts {2}1 found, taken: 127\.0\.0\.1 \(imported\)$/m);
  expect(stdout.replace("Dry run: nothing was changed.\n", "").split("\n").slice(1)).toEqual(
    foreseen.stdout.replace("Dry run: nothing was changed.\n", "").split("\n").slice(1),
  );
  expect(code).toBe(6);
  expect(jsonLines((await server.run(["ca", "list", "--json"])).stdout)).toMatchObject([
    { name: "127.0.0.1", default: true, accountUrl },
  ]);

  const again = await server.run(["import", "lego", folder.path, "--account", "--json"]);
  expect(jsonLines(again.stdout)).toMatchObject([
    {
      complete: true,
      certificates: 2,
      imported: 0,
      known: 1,
      rejected: 1,
      accounts: { found: 1, taken: [{ outcome: "known", ca: "127.0.0.1" }] },
      rejects: [{ code: "no-certificate" }],
    },
  ]);
  const shown = await server.run(["domain", "show", "lego.example.com", "--json"]);
  expect(jsonLines(shown.stdout)).toMatchObject([{ state: "active", ca: "127.0.0.1" }]);
});

test("an account that its CA does not know is told, and its certificates are imported all the same", async () => {
  await writeLego("other.example.com");
  folder.write({ "accounts/sim/main/main.key": pkcs8(newKey()) });
  const { code, stdout, stderr } = await server.run(["import", "lego", folder.path, "--account"]);
  expect(stderr).toMatch(/accounts\/sim\/main: The CA said: .+\.$/m);
  expect(stdout).toMatch(/^Imported {2}1, served from now on$/m);
  expect(stdout).toMatch(/^Exempt {4}0 of 1 renewals: the accounts of the others are not here$/m);
  expect(code).toBe(6);
});

test("a tree of many batches goes in whole, for a tenant, with the reasons for what does not", async () => {
  const key = newKey();
  for (let n = 0; n < 450; n += 1) {
    const name = `c${String(n).padStart(3, "0")}.example.com`;
    writeCertbot(folder, name, issuer.issue({ names: [name], key, ...(n === 7 ? { until: -1 } : {}) }));
  }
  // The other of a pair whose first would be the last in its batch.
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  const rsa = issuer.issue({ names: ["c189.example.com"], key: privateKey });
  writeCertbot(folder, "c189.example.com-0001", rsa);
  const args = ["import", "certbot", folder.path, "--tenant", "acme", "--json"];
  const first = await server.run(args);
  expect(jsonLines(first.stdout)).toMatchObject([
    { certificates: 451, imported: 450, pairs: 1, rejected: 1 },
  ]);
  expect(jsonLines((await server.run(args)).stdout)).toMatchObject([
    { known: 450, imported: 0, pairs: 0, rejected: 1 },
  ]);
  const shown = await server.run(["domain", "show", "c008.example.com", "--json"]);
  expect(jsonLines(shown.stdout)).toMatchObject([{ tenant: "acme", state: "active" }]);
});

test("what lies in Vault is taken over, whatever its fields are called, and then known", async () => {
  await using vault = await VaultServer.open();
  const made = issuer.issue({ names: ["vault.example.com"] });
  vault.write("customers/a/vault.example.com", { cert: made.leaf, ca_chain: made.chain, key: made.keyPem });
  const one = issuer.issue({ names: ["one.example.com"] });
  vault.write("customers/one", { "tls.pem": one.fullchain + one.keyPem });
  vault.write("customers/lost", { certificate: issuer.issue({ names: ["lost.example.com"] }).fullchain });
  vault.write("customers/password", { user: "root", password: "x" });
  vault.write("elsewhere", { certificate: one.fullchain, private_key: one.keyPem });
  vault.entries.get("customers/one")?.versions.push(null);
  vault.write("customers/one", { "tls.pem": one.fullchain + one.keyPem });
  const env = { VAULT_ADDR: vault.address.href, VAULT_TOKEN: "root" };
  const { stdout } = await server.run(["import", "vault", "secret/customers", "--json"], { env });
  expect(jsonLines(stdout)).toMatchObject([
    { certificates: 3, imported: 2, rejects: [{ path: "secret/customers/lost", code: "no-key" }] },
  ]);
  const shown = await server.run(["domain", "show", "vault.example.com", "--json"]);
  expect(jsonLines(shown.stdout)).toMatchObject([{ state: "active" }]);
  const again = await server.run(["import", "vault", "secret/customers/one", "--json"], { env });
  expect(jsonLines(again.stdout)).toMatchObject([{ known: 1, imported: 0 }]);

  const refused = await server.run(["import", "vault", "secret"], { env: { ...env, VAULT_TOKEN: "other" } });
  expect(refused.stderr).toMatch(/Vault answered 403: permission denied\.\n.*allowed to read and list/);
  expect(refused.code).toBe(2);
  const away = await server.run(["import", "vault", "secret"], {
    env: { ...env, VAULT_ADDR: "http://127.0.0.1:1" },
  });
  expect(away.stderr).toMatch(/Vault at http:\/\/127\.0\.0\.1:1: connect ECONNREFUSED.*\n.*Set VAULT_ADDR/);
});

test.each([
  [["import", "plesk", "."], /"plesk" is no program whose files are known\./],
  [
    ["import", "caddy", "/no/such/folder"],
    /The folder \/no\/such\/folder cannot be read: there is no such file/,
  ],
  [["import", "caddy", "/dev/null"], /\/dev\/null is not a folder\./],
  [
    ["import", "caddy", "/sys/kernel"],
    /There is nothing of caddy's in \/sys\/kernel\.\n.*It should have certificates\/ and acme\//,
  ],
])("%j is told at once", async (args, message) => {
  const { code, stdout, stderr } = await server.run(args);
  expect(stderr).toMatch(message);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("ca add takes an account that there is, by its key as PEM or JWK", async () => {
  const accountUrl = await writeLego("again.example.com");
  const { directoryUrl } = server.simCa;
  const file = `${folder.path}/accounts/sim/main/main.key`;
  const add = ["ca", "add", "again", "--directory", directoryUrl, "--account-key"];
  expect((await server.run([...add, file])).stdout).toContain(`Account: ${accountUrl}`);
  expect((await server.run([...add.with(2, "twice"), file])).stderr).toMatch(
    /"again" has that account already/,
  );
  folder.write({ "bad.json": "{}" });
  const bad = await server.run([...add, `${folder.path}/bad.json`]);
  expect(bad.stderr).toMatch(/bad\.json is no good\. It is no private key as a JWK\./);
});
