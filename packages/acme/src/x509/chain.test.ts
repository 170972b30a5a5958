import { createHash, createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeChain } from "../../test/certificate-chain.ts";
import { ChainError, type ChainErrorCode, parseChain } from "./chain.ts";

const sample = makeChain(
  "subjectAltName=DNS:A.example.com,DNS:*.b.example.com,IP:192.0.2.1,IP:2001:db8::1,email:x@example.com",
);
const stranger = makeChain("subjectAltName=DNS:c.example.com");
const { leaf, intermediate, root } = sample;

function refusal(pem: string): ChainErrorCode | null {
  try {
    parseChain(pem);
    return null;
  } catch (error) {
    if (error instanceof ChainError) return error.code;
    throw error;
  }
}

/** The same certificate with bytes changed or added. */
function withDer(pem: string, change: (der: Buffer) => Uint8Array): string {
  const changed = Buffer.from(change(Buffer.from(new X509Certificate(pem).raw))).toString("base64");
  return `-----BEGIN CERTIFICATE-----\n${changed}\n-----END CERTIFICATE-----\n`;
}

describe("parseChain", () => {
  it("tells what the leaf says", () => {
    const x509 = new X509Certificate(leaf);
    const spki = createPublicKey(createPrivateKey(sample.key)).export({ type: "spki", format: "der" });
    const chain = parseChain(leaf + intermediate);
    expect(chain.certificates).toBe(2);
    expect(chain.pem).toBe(leaf + intermediate);
    expect(chain.leaf).toEqual({
      serial: "0a0b",
      serialBytes: Buffer.of(0x0a, 0x0b),
      issuer: "CN=Intermediate",
      names: ["a.example.com", "*.b.example.com", "192.0.2.1", "2001:db8::1"],
      notBefore: Date.parse(x509.validFrom),
      notAfter: Date.parse(x509.validTo),
      fingerprint: x509.fingerprint256.replaceAll(":", "").toLowerCase(),
      spki,
      spkiHash: createHash("sha256").update(spki).digest("hex"),
      authorityKeyId: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it("drops the sign byte of a serial that begins with a one bit", () => {
    const high = makeChain("subjectAltName=DNS:a.example.com", { serial: "0xF00A" });
    expect(parseChain(high.leaf).leaf).toMatchObject({
      serial: "f00a",
      serialBytes: Buffer.of(0x00, 0xf0, 0x0a),
    });
  });

  it("reads a leaf without names", () => {
    expect(parseChain(makeChain("keyUsage=digitalSignature").leaf).leaf.names).toEqual([]);
  });

  it("names each certificate's issuer, from the leaf up", () => {
    expect(parseChain(leaf).issuers).toEqual(["Intermediate"]);
    expect(parseChain(leaf + intermediate).issuers).toEqual(["Intermediate", "Root"]);
    expect(parseChain(leaf + intermediate + root).issuers).toEqual(["Intermediate", "Root", "Root"]);
  });

  it("takes one, two or three certificates, and writes them strictly", () => {
    expect(parseChain(leaf).certificates).toBe(1);
    const loose = `leaf:\r\n${leaf.replaceAll("\n", "\r\n")}\n\n\n${intermediate}root:\n${root}`;
    expect(parseChain(loose)).toMatchObject({ certificates: 3, pem: leaf + intermediate + root });
  });

  it.each<[string, string, ChainErrorCode]>([
    ["nothing", "", "not-pem"],
    ["HTML", "<html>busy</html>", "not-pem"],
    ["a block cut off", leaf.slice(0, -10), "not-pem"],
    ["a private key among it", leaf + sample.key, "not-only-certificates"],
    ["a certificate cut short", withDer(leaf, (der) => der.subarray(0, -5)), "not-a-certificate"],
    [
      "bytes after the certificate",
      withDer(leaf, (der) => Buffer.concat([der, Buffer.of(0)])),
      "not-a-certificate",
    ],
    ["not X.509 at all", withDer(leaf, () => Buffer.from("garbage")), "not-a-certificate"],
    ["an issuer that cannot be read", leaf + withDer(root, (der) => der.subarray(9)), "not-a-certificate"],
    ["the order reversed", intermediate + leaf, "wrong-order"],
    ["the root before the intermediate", leaf + root + intermediate, "wrong-order"],
    ["the intermediate missing", leaf + root, "wrong-order"],
    ["the leaf twice", leaf + leaf, "wrong-order"],
    ["another intermediate of the same name", leaf + stranger.intermediate, "wrong-order"],
    ["17 certificates", leaf.repeat(17), "too-large"],
    ["16 certificates in no order", leaf.repeat(16), "wrong-order"],
    ["a text that is too long", `${" ".repeat(262_144)}${leaf}`, "too-large"],
    ["a broken signature", withDer(leaf, breakSignature) + intermediate, "wrong-order"],
  ])("refuses %s", (_, pem, code) => {
    expect(refusal(pem)).toBe(code);
  });

  it("reads or refuses a certificate with any byte changed", () => {
    const length = new X509Certificate(leaf).raw.length;
    fc.assert(
      fc.property(fc.nat(length - 1), fc.integer({ min: 1, max: 255 }), (offset, change) => {
        const mutated = withDer(leaf, (der) => {
          der[offset] = (der[offset] ?? 0) ^ change;
          return der;
        });
        refusal(mutated);
        // With its issuer beside it, no change goes unnoticed.
        expect(refusal(mutated + intermediate)).not.toBeNull();
      }),
      { numRuns: 300 },
    );
  });
});

function breakSignature(der: Buffer): Buffer {
  const last = der.length - 1;
  der[last] = (der[last] ?? 0) ^ 1;
  return der;
}
