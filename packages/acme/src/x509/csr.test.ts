import { createSecretKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { OpenSsl } from "../../test/openssl.ts";
import { certificateRequest } from "./csr.ts";
import { ipText } from "./ip-address.ts";

const openssl = new OpenSsl();
afterAll(() => openssl[Symbol.dispose]());

const p256 = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength }).privateKey;

/** Fails when the signature does not verify or the DER cannot be read. */
function readByOpenssl(names: readonly string[], key: KeyObject): string {
  const csr = certificateRequest({ names, key });
  return openssl.run(["req", "-inform", "DER", "-verify", "-noout", "-text"], csr);
}

function requestOrRefusal(names: readonly string[]): Uint8Array | null {
  try {
    return certificateRequest({ names, key: p256 });
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

describe("certificateRequest", () => {
  it.each([
    ["P-256", p256, "ecdsa-with-SHA256"],
    ["P-384", p384, "ecdsa-with-SHA384"],
    ["RSA-2048", rsa(2_048), "sha256WithRSAEncryption"],
    ["RSA-4096", rsa(4_096), "sha256WithRSAEncryption"],
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

  it("says the names it was given, whichever they are, with whichever key", () => {
    const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
    const dns = fc.tuple(label, label).map(([a, b]) => `${a}.${b}.test`);
    const wildcard = dns.map((name) => `*.${name}`);
    const ip = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ipText(bytes) ?? "");
    const names = fc.uniqueArray(fc.oneof(dns, wildcard, ip), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(names, fc.constantFrom(p256, p384), (names, key) => {
        const expected = names.map((name) => (name.endsWith(".test") ? `DNS:${name}` : `IP Address:${name}`));
        expect(readByOpenssl(names, key)).toContain(`${expected.join(", ")}\n`);
      }),
      { numRuns: 40 },
    );
  });

  it("gets through any names: what it takes, OpenSSL reads", () => {
    const odd = fc.string({
      unit: fc.constantFrom("a", "Z", "0", "-", ".", "*", ":", "_", " ", "\0", "é"),
      maxLength: 12,
    });
    const names = fc.array(fc.oneof(odd, fc.domain(), fc.ipV4(), fc.ipV6()), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(names, (names) => {
        const request = requestOrRefusal(names);
        if (request === null) return;
        expect(openssl.run(["req", "-inform", "DER", "-verify", "-noout", "-text"], request)).toContain(
          "Subject Alternative Name",
        );
      }),
      { numRuns: 150 },
    );
  });

  it("writes a name once, however often and in whichever form it is there", () => {
    const names = ["a.test", "A.test", "2001:db8:0::1", "b.test", "2001:DB8::1", "a.test"];
    expect(readByOpenssl(names, p256)).toContain("DNS:a.test, IP Address:2001:DB8:0:0:0:0:0:1, DNS:b.test\n");
  });

  it.each([
    ["P-521", generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey],
    ["secp256k1", generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey],
    ["RSA-1024", rsa(1_024)],
    ["RSA-4104", rsa(4_104)],
    ["RSA-PSS", generateKeyPairSync("rsa-pss", { modulusLength: 2_048 }).privateKey],
    ["Ed25519", generateKeyPairSync("ed25519").privateKey],
    ["a public key", generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey],
    ["a secret", createSecretKey(Buffer.alloc(32))],
  ] as const)("refuses %s, and says what it takes", (_, key) => {
    expect(() => certificateRequest({ names: ["a.example.com"], key })).toThrow(
      new TypeError(
        "a certificate's key must be a private key, EC on P-256 or P-384, or RSA of 2,048 to 4,096 bits",
      ),
    );
  });

  it.each([
    [[]],
    [[""]],
    [["bücher.example.com"]],
    [["a b.example.com"]],
    [["a.example.com\0"]],
    [["a.example.com."]],
    [["a.example.com", "https://b.example.com"]],
    [["*"]],
    [["a.*.example.com"]],
    [["[2001:db8::1]"]],
    [["192.0.2.256"]],
  ])("refuses the names %j", (names) => {
    expect(() => certificateRequest({ names, key: p256 })).toThrow(TypeError);
  });

  it("refuses more than 64 KiB of names, even if they are all the same", () => {
    const names = Array.from({ length: 6_000 }, () => "a.example.com");
    expect(() => certificateRequest({ names, key: p256 })).toThrow("more than 64 KiB");
    expect(certificateRequest({ names: names.slice(0, 5_000), key: p256 }).length).toBeLessThan(400);
  });
});
