import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { readMaterial, type UnusableCode } from "@certmill/stores";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Found } from "../src/foreign/found.ts";
import { programOf } from "../src/foreign/programs.ts";
import {
  accountUrl,
  directory,
  newKey,
  pkcs8,
  TestFolder,
  TestIssuer,
  writeCertbot,
  writeCertbotAccount,
} from "./support/foreign-files.ts";

const now = Date.UTC(2026, 10, 26);
const issuer = new TestIssuer(now);
let folder: TestFolder;

beforeEach(() => {
  folder = new TestFolder();
});

afterEach(() => folder[Symbol.dispose]());

async function read(program: string): Promise<Found[]> {
  const found: Found[] = [];
  for await (const each of programOf(program)?.read(folder.path, now) ?? []) found.push(each);
  return found;
}

const told = (found: readonly Found[]): [path: string, code: UnusableCode][] =>
  found.flatMap((each): [string, UnusableCode][] =>
    each.kind === "unusable" ? [[each.path.slice(folder.path.length + 1), each.code]] : [],
  );

const sec1 = (key: KeyObject): string => key.export({ type: "sec1", format: "pem" }).toString();
/** A certificate as it is, but for the point of its public key, which is none. */
function withDamagedKey(pem: string): Uint8Array {
  const der = Buffer.from(new X509Certificate(pem).raw);
  der[der.indexOf(Buffer.of(0x03, 0x42, 0x00, 0x04)) + 3] = 0x09;
  return der;
}

const shop = { names: ["www.shop.example.com", "shop.example.com"] };

describe("certbot", () => {
  test("finds accounts and what live leads to, with its server and account", async () => {
    const made = issuer.issue(shop);
    const key = newKey();
    writeCertbotAccount(folder, key);
    writeCertbot(folder, "shop.example.com", made, 7);
    folder.write({ "live/README": "Do not touch.", "options-ssl-nginx.conf": "ssl_protocols TLSv1.3;" });
    expect(await read("certbot")).toEqual([
      {
        kind: "account",
        path: join(folder.path, "accounts/acme-v02.api.letsencrypt.org/directory/0123456789abcdef"),
        directory,
        url: accountUrl,
        keyPem: pkcs8(key),
        contact: ["mailto:ops@example.com"],
      },
      {
        kind: "certificate",
        path: join(folder.path, "live/shop.example.com/fullchain.pem"),
        name: "shop.example.com",
        names: shop.names,
        notAfter: expect.any(Number),
        fingerprint: new X509Certificate(made.leaf).fingerprint256.replaceAll(":", "").toLowerCase(),
        chainPem: made.fullchain,
        keyPem: made.keyPem,
        directory,
        accountUrl,
      },
    ]);
  });

  test("reads the newest of the archive where a copy has lost the links", async () => {
    const made = issuer.issue(shop);
    for (const version of [2, 10, 9]) {
      const { leaf, chain, fullchain, keyPem } = version === 10 ? made : issuer.issue(shop);
      const files = { cert: leaf, chain, fullchain, privkey: keyPem };
      for (const [name, content] of Object.entries(files))
        folder.write({ [`archive/shop/${name}${version}.pem`]: content });
    }
    folder.write({ "renewal/shop.conf": `[renewalparams]\nserver = ${directory}\n` });
    expect(await read("certbot")).toMatchObject([
      { chainPem: made.fullchain, directory, accountUrl: null, name: null },
    ]);
  });

  test("tells of each that it cannot take, and takes the others", async () => {
    writeCertbot(folder, "a.example.com", issuer.issue({ names: ["a.example.com"], until: -1 }));
    writeCertbot(folder, "b.example.com", {
      ...issuer.issue({ names: ["b.example.com"] }),
      keyPem: pkcs8(newKey()),
    });
    writeCertbot(folder, "c.example.com", {
      ...issuer.issue({ names: ["c.example.com"] }),
      fullchain: "hello",
    });
    writeCertbot(folder, "d.example.com", issuer.issue({ names: ["d.example.com"] }));
    folder.link({ "live/e.example.com/fullchain.pem": "../../archive/e.example.com/fullchain3.pem" });
    folder.write({ "renewal/f.example.com.conf": "" });
    folder.write({
      "accounts/acme.example/dir/1/regr.json": "{",
      "accounts/acme.example/dir/1/private_key.json": "{}",
    });
    const found = await read("certbot");
    expect(told(found)).toEqual([
      ["accounts/acme.example/dir/1/regr.json", "not-understood"],
      ["live/a.example.com/fullchain.pem", "expired"],
      ["live/b.example.com/fullchain.pem", "key-mismatch"],
      ["live/c.example.com/fullchain.pem", "no-certificate"],
      ["live/e.example.com/fullchain.pem", "unreadable"],
      ["live/f.example.com/fullchain.pem", "unreadable"],
    ]);
    expect(found).toContainEqual(expect.objectContaining({ name: "d.example.com" }));
  });
});

test("acme.sh: EC and RSA beside each other, the one account of each CA", async () => {
  const key = newKey();
  const [rsa, ec] = [
    issuer.issue({ ...shop, key: generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey }),
    issuer.issue({ names: ["*.shop.example.com"], key: newKey("P-384") }),
  ];
  const conf = (name: string): string => `Le_Domain='${name}'\nLe_Alt='no'\nLe_API='${directory}'\n`;
  folder.write({
    "account.conf": "ACCOUNT_EMAIL='ops@example.com'\n",
    "ca/acme-v02.api.letsencrypt.org/directory/account.key": sec1(key),
    "ca/acme-v02.api.letsencrypt.org/directory/ca.conf": `ACCOUNT_URL='${accountUrl}'\nCA_EMAIL='ops@example.com'\n`,
    "shop.example.com/shop.example.com.conf": conf("shop.example.com"),
    "shop.example.com/shop.example.com.key": rsa.key.export({ type: "pkcs1", format: "pem" }),
    "shop.example.com/shop.example.com.cer": rsa.leaf,
    "shop.example.com/ca.cer": rsa.chain,
    "*.shop.example.com_ecc/*.shop.example.com.conf": conf("*.shop.example.com"),
    "*.shop.example.com_ecc/*.shop.example.com.key": sec1(ec.key),
    "*.shop.example.com_ecc/fullchain.cer": ec.fullchain,
    "never.example.com_ecc/never.example.com.conf": conf("never.example.com"),
    "dnsapi/dns_cf.sh": "#!/usr/bin/env sh\n",
  });
  const found = await read("acme.sh");
  expect(found).toMatchObject([
    { kind: "account", directory, url: accountUrl, keyPem: pkcs8(key), contact: ["mailto:ops@example.com"] },
    { name: "*.shop.example.com", chainPem: ec.fullchain, keyPem: ec.keyPem, directory, accountUrl },
    { kind: "unusable", code: "unreadable" },
    { name: "shop.example.com", chainPem: rsa.fullchain, keyPem: rsa.keyPem, directory, accountUrl },
  ]);
});

test("caddy: what a site's JSON says of CA and account; not what its own CA made", async () => {
  const key = newKey();
  const [made, wild, own] = [
    issuer.issue(shop),
    issuer.issue({ names: ["*.shop.example.com"] }),
    issuer.issue({ names: ["localhost"] }),
  ];
  const privateCa = "https://ca.internal.example:9000/acme/acme/directory";
  const ca = "certificates/acme-v02.api.letsencrypt.org-directory";
  const internal = "ca.internal.example-9000-acme-acme-directory";
  const site = {
    sans: ["shop.example.com"],
    issuer_data: { url: "https://…", ca: directory, account: accountUrl },
  };
  folder.write({
    "acme/acme-v02.api.letsencrypt.org-directory/users/ops@example.com/ops.json": JSON.stringify({
      status: "valid",
      contact: ["mailto:ops@example.com"],
      location: accountUrl,
    }),
    "acme/acme-v02.api.letsencrypt.org-directory/users/ops@example.com/ops.key": sec1(key),
    [`acme/${internal}/users/default/default.json`]: "{}",
    [`acme/${internal}/users/default/default.key`]: sec1(key),
    "acme/ca.unknown.example-dir/users/default/default.json": "{}",
    [`${ca}/shop.example.com/shop.example.com.crt`]: made.fullchain,
    [`${ca}/shop.example.com/shop.example.com.key`]: sec1(made.key),
    [`${ca}/shop.example.com/shop.example.com.json`]: JSON.stringify(site),
    [`certificates/${internal}/wildcard_.shop.example.com/wildcard_.shop.example.com.crt`]: wild.fullchain,
    [`certificates/${internal}/wildcard_.shop.example.com/wildcard_.shop.example.com.key`]: sec1(wild.key),
    [`certificates/${internal}/wildcard_.shop.example.com/wildcard_.shop.example.com.json`]: JSON.stringify({
      sans: ["*.shop.example.com"],
      issuer_data: { ca: privateCa },
    }),
    "certificates/local/localhost/localhost.crt": own.fullchain,
  });
  const found = await read("caddy");
  expect(found).toMatchObject([
    { kind: "account", directory, url: accountUrl, keyPem: pkcs8(key) },
    { kind: "account", directory: privateCa, url: null, contact: [] },
    { kind: "unusable", code: "account-unusable" },
    { names: shop.names, name: "shop.example.com", directory, accountUrl },
    { names: ["*.shop.example.com"], directory: privateCa, accountUrl: null },
    { kind: "unusable", code: "own-ca" },
  ]);
});

test("lego: versions 4 and 5", async () => {
  const key = newKey();
  const [four, five] = [issuer.issue(shop), issuer.issue({ names: ["five.example.com"] })];
  const server = "https://ca.internal.example/dir";
  folder.write({
    "accounts/acme-v02.api.letsencrypt.org/ops@example.com/account.json": JSON.stringify({
      email: "ops@example.com",
      registration: { body: { status: "valid" }, uri: accountUrl },
    }),
    "accounts/acme-v02.api.letsencrypt.org/ops@example.com/keys/ops@example.com.key": sec1(key),
    "accounts/ca.internal.example/main/account.json": JSON.stringify({
      id: "main",
      server,
      registration: { accountURL: "https://ca.internal.example/acct/1" },
    }),
    "accounts/ca.internal.example/main/main.key": pkcs8(key),
    "accounts/localhost_14000/x/account.json": "{}",
    "certificates/shop.example.com.crt": four.fullchain,
    "certificates/shop.example.com.issuer.crt": four.chain,
    "certificates/shop.example.com.key": sec1(four.key),
    "certificates/shop.example.com.json": JSON.stringify({
      domain: "shop.example.com",
      certUrl: "https://acme-v02.api.letsencrypt.org/acme/cert/1",
    }),
    "certificates/five.crt": five.leaf,
    "certificates/five.issuer.crt": five.chain,
    "certificates/five.key": sec1(five.key),
    "certificates/five.json": JSON.stringify({
      id: "five",
      domains: ["five.example.com"],
      certUrl: "https://ca.internal.example/cert/1",
    }),
    "certificates/lost.crt": four.fullchain,
  });
  const found = await read("lego");
  expect(found).toMatchObject([
    { kind: "account", directory, url: accountUrl, keyPem: pkcs8(key), contact: ["mailto:ops@example.com"] },
    { kind: "account", directory: server, contact: [] },
    { kind: "unusable", code: "account-unusable" },
    {
      name: "five.example.com",
      chainPem: five.fullchain,
      directory: server,
      accountUrl: "https://ca.internal.example/acct/1",
    },
    { kind: "unusable", code: "unreadable" },
    { name: "shop.example.com", chainPem: four.fullchain, directory, accountUrl },
  ]);
});

describe("dir", () => {
  test("pairs keys with certificates wherever they lie, in any form, and completes chains", async () => {
    const [a, b, c] = [
      issuer.issue({ names: ["a.example.com"] }),
      issuer.issue({ names: ["b.example.com"] }),
      issuer.issue({ names: ["c.example.com", "192.0.2.7", "2001:db8::7"] }),
    ];
    folder.write({
      "haproxy/a.pem": `${sec1(a.key)}${a.leaf}`,
      "crt/b.der": new X509Certificate(b.leaf).raw,
      "keys/b.key": b.key.export({ type: "pkcs8", format: "der" }),
      "crt/bundle.crt": `${issuer.root}${a.chain}`,
      "c.txt": `Bag Attributes\r\n${c.leaf.replaceAll("\n", "\r\n")}`,
      "keys/c": `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${sec1(c.key)}`,
      "notes.md": "nothing of ours",
      "logo.png": Uint8Array.of(0x30, 1, 2, 3),
    });
    folder.link({ "live/a.pem": "../haproxy/a.pem", "live/loop": "..", "live/self.key": "self.key" });
    const found = await read("dir");
    expect(told(found)).toEqual([["live/self.key", "unreadable"]]);
    expect(found.filter(({ kind }) => kind === "certificate")).toMatchObject([
      { names: ["c.example.com", "192.0.2.7", "2001:db8::7"], chainPem: c.fullchain, keyPem: c.keyPem },
      { names: ["b.example.com"], chainPem: b.fullchain, keyPem: b.keyPem, directory: null },
      { names: ["a.example.com"], chainPem: a.fullchain, keyPem: a.keyPem, accountUrl: null },
    ]);
  });

  test("tells what it cannot take", async () => {
    const made = issuer.issue(shop);
    const weak = generateKeyPairSync("rsa", { modulusLength: 1_024 }).privateKey;
    const locked = made.key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" });
    folder.write({
      "a.pem": made.fullchain,
      "b.key": locked,
      "c.pem": `${issuer.issue({ names: ["c.example.com"], key: weak }).fullchain}${pkcs8(weak)}`,
      "d.pem": issuer.issue({ names: ["d.example.com"], from: 1 }).fullchain,
      "e.crt": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
      "f.key": "-----BEGIN PRIVATE KEY-----\nAAAA\n",
      "g.pfx": Uint8Array.of(0x30, 0x82, 1, 2),
      "h.pem": Buffer.alloc(2_000_000),
      "i.pem": issuer.issue({ names: [], key: newKey() }).fullchain,
      "m.der": withDamagedKey(issuer.issue({ names: ["m.example.com"] }).leaf),
    });
    folder.link({ "k.pem": "/dev/null" });
    const key = newKey();
    folder.write({ "l.pem": `${issuer.issue({ names: ["l.example.com"], key }).leaf}${pkcs8(key)}` });
    expect(told(await read("dir"))).toEqual([
      ["b.key", "key-encrypted"],
      ["e.crt", "not-understood"],
      ["f.key", "not-understood"],
      ["g.pfx", "not-understood"],
      ["h.pem", "too-large"],
      ["k.pem", "not-a-file"],
      ["a.pem", "no-key"],
      ["c.pem", "key-unusable"],
      ["d.pem", "not-yet-valid"],
      ["i.pem", "no-names"],
      ["m.der", "not-understood"],
    ]);
  });
});

test("no bytes stop it: they are read, or told", () => {
  const made = issuer.issue(shop);
  const pem = Buffer.from(made.fullchain + made.keyPem);
  const der = new X509Certificate(made.leaf).raw;
  const cut = fc.constantFrom(pem, der).chain((bytes) =>
    fc.tuple(fc.nat(bytes.length), fc.nat(bytes.length), fc.nat(255)).map(([from, at, byte]) => {
      const copy = Buffer.from(bytes.subarray(0, from));
      if (at < copy.length) copy[at] = byte;
      return copy;
    }),
  );
  fc.assert(
    fc.property(fc.oneof(cut, fc.uint8Array()), (bytes) => {
      const { certificates, keys, faults } = readMaterial(bytes, "x.pem");
      expect(certificates.length + keys.length + faults.length).toBeLessThan(10);
    }),
    { numRuns: 500 },
  );
});
