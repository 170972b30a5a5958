import { generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { OpenSsl } from "../../test/openssl.ts";
import { certificateRequest } from "./csr.ts";
import { ipText } from "./ip-address.ts";

const openssl = new OpenSsl();
afterAll(() => openssl[Symbol.dispose]());

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const rsa2048 = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

/** Fails when the signature does not verify or the DER cannot be read. */
function readByOpenssl(names: readonly string[], key: KeyObject): string {
  const csr = certificateRequest({ names, key });
  return openssl.run(["req", "-inform", "DER", "-verify", "-noout", "-text"], csr);
}

describe("certificateRequest", () => {
  it.each([
    ["P-256", p256, "ecdsa-with-SHA256"],
    ["RSA-2048", rsa2048, "sha256WithRSAEncryption"],
  ] as const)("is signed as OpenSSL verifies it: %s", (_, key, algorithm) => {
    const text = readByOpenssl(["a.example.com", "*.b.example.com", "192.0.2.1", "2001:db8::1"], key);
    expect(text).toMatch(/Subject: *\n/);
    expect(text).toContain(
      "DNS:a.example.com, DNS:*.b.example.com, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1",
    );
    expect(text).toMatch(/Extended Key Usage: *\n *TLS Web Server Authentication\n/);
    expect(text).toContain(`Signature Algorithm: ${algorithm}`);
  });

  it("holds a hundred long names", () => {
    const names = Array.from(
      { length: 100 },
      (_, i) => `n${i}.${"a".repeat(60)}.${"b".repeat(60)}.example.com`,
    );
    const text = readByOpenssl(names, p256);
    expect(text).toContain(names.map((name) => `DNS:${name}`).join(", "));
  });

  it("says the names it was given, whichever they are", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const dns = fc.tuple(label, label).map(([a, b]) => `${a}.${b}.test`);
    const ip = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ipText(bytes) ?? "");
    fc.assert(
      fc.property(fc.array(fc.oneof(dns, ip), { minLength: 1, maxLength: 30 }), (names) => {
        const expected = names.map((name) => (name.endsWith(".test") ? `DNS:${name}` : `IP Address:${name}`));
        expect(readByOpenssl(names, p256)).toContain(`${expected.join(", ")}\n`);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ["P-384", generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
    ["RSA-1024", generateKeyPairSync("rsa", { modulusLength: 1_024 }).privateKey],
    ["Ed25519", generateKeyPairSync("ed25519").privateKey],
    ["a public key", generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey],
  ] as const)("refuses %s", (_, key) => {
    expect(() => certificateRequest({ names: ["a.example.com"], key })).toThrow(TypeError);
  });

  it.each([[[]], [[""]], [["bücher.example.com"]], [["a b.example.com"]], [["a.example.com\0"]]])(
    "refuses the names %j",
    (names) => {
      expect(() => certificateRequest({ names, key: p256 })).toThrow(TypeError);
    },
  );
});
