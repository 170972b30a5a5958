import { expect, it } from "vitest";
import { type CertificateKeyKind, generateCertificateKey } from "./certificate-key.ts";
import { certificateRequest } from "./csr.ts";

it.each<[CertificateKeyKind, string, Record<string, unknown>]>([
  ["P-256", "ec", { namedCurve: "prime256v1" }],
  ["P-384", "ec", { namedCurve: "secp384r1" }],
  ["RSA-2048", "rsa", { modulusLength: 2_048, publicExponent: 65_537n }],
  ["RSA-3072", "rsa", { modulusLength: 3_072, publicExponent: 65_537n }],
  ["RSA-4096", "rsa", { modulusLength: 4_096, publicExponent: 65_537n }],
])("makes a key that a certificate can be asked for with: %s", async (kind, type, details) => {
  const key = await generateCertificateKey(kind);
  expect(key).toMatchObject({ type: "private", asymmetricKeyType: type, asymmetricKeyDetails: details });
  expect(certificateRequest({ names: ["a.example.com"], key }).length).toBeGreaterThan(200);
});

it("makes another key each time", async () => {
  const [a, b] = await Promise.all([generateCertificateKey("P-256"), generateCertificateKey("P-256")]);
  expect(a.equals(b)).toBe(false);
});

it("refuses a kind it does not know, as programs without types may pass", async () => {
  await expect(generateCertificateKey("P-521" as CertificateKeyKind)).rejects.toThrow(TypeError);
});
