import { createHash, generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { OpenSsl } from "../../test/openssl.ts";
import type { Identifier } from "../wire/identifier.ts";
import { type TlsAlpn01CertificateRequest, tlsAlpn01Certificate } from "./tls-alpn-certificate.ts";

const openssl = new OpenSsl();
afterAll(() => openssl[Symbol.dispose]());

const dns: Identifier = { type: "dns", value: "a.example.com" };
const NOW = Date.UTC(2027, 5, 1, 12);
const KEY_AUTHORIZATION = "token.thumbprint";

const make = (change: Partial<TlsAlpn01CertificateRequest> = {}) =>
  tlsAlpn01Certificate({ identifier: dns, keyAuthorization: KEY_AUTHORIZATION, now: NOW, ...change });

const asText = (pem: string) => openssl.run(["x509", "-noout", "-text"], Buffer.from(pem));

describe("tlsAlpn01Certificate", () => {
  it.each<[Identifier, string]>([
    [dns, "DNS:a.example.com"],
    [{ type: "ip", value: "192.0.2.1" }, "IP Address:192.0.2.1"],
    [{ type: "ip", value: "2001:db8::1" }, "IP Address:2001:DB8:0:0:0:0:0:1"],
  ])("has one name and the digest, critical, as OpenSSL reads it: %j", (identifier, name) => {
    const { certificatePem } = make({ identifier });
    const text = asText(certificatePem);
    expect(text).toContain("Version: 3 (0x2)");
    expect(text).toMatch(new RegExp(`Subject Alternative Name: *\\n *${name}\\n`));
    expect(text).toContain("1.3.6.1.5.5.7.1.31: critical");
    expect(text).toContain("Not Before: May 31 12:00:00 2027 GMT");
    expect(text).toContain("Not After : Jun  8 12:00:00 2027 GMT");
    const digest = createHash("sha256").update(KEY_AUTHORIZATION).digest("hex").toUpperCase();
    const parts = openssl.run(["asn1parse"], Buffer.from(certificatePem));
    expect(parts).toMatch(
      new RegExp(`1\\.3\\.6\\.1\\.5\\.5\\.7\\.1\\.31\\n.*BOOLEAN.*255\\n.*:0420${digest}\\n`),
    );
  });

  it.each([
    ["P-256", "ecdsa-with-SHA256", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey],
    ["P-384", "ecdsa-with-SHA384", generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey],
    ["RSA", "sha256WithRSAEncryption", generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey],
  ])("signs itself with a key that is given: %s", (_, algorithm, key) => {
    const { certificatePem, privateKeyPem } = make({ key });
    expect(privateKeyPem).toBe(key.export({ type: "pkcs8", format: "pem" }));
    const certificate = new X509Certificate(certificatePem);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(key)).toBe(true);
    expect(certificate.issuer).toBe(certificate.subject);
    expect(asText(certificatePem).match(new RegExp(`Signature Algorithm: ${algorithm}`, "g"))).toHaveLength(
      2,
    );
  });

  it("has a time beyond 2049 in the form for it", () => {
    const text = asText(make({ now: Date.UTC(2049, 11, 28) }).certificatePem);
    expect(text).toContain("Not Before: Dec 27 00:00:00 2049 GMT");
    expect(text).toContain("Not After : Jan  4 00:00:00 2050 GMT");
  });

  it("has a serial number of its own, positive and of 16 bytes", () => {
    const serials = Array.from({ length: 50 }, () => new X509Certificate(make().certificatePem).serialNumber);
    expect(new Set(serials)).toHaveProperty("size", 50);
    for (const serial of serials) expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/);
  });

  it.each<[string, Partial<TlsAlpn01CertificateRequest>]>([
    ["a wildcard", { identifier: { type: "dns", value: "*.example.com" } }],
    ["an address for a DNS name", { identifier: { type: "dns", value: "192.0.2.1" } }],
    ["a DNS name for an address", { identifier: { type: "ip", value: "a.example.com" } }],
    ["no name", { identifier: { type: "dns", value: "" } }],
    ["a key of another kind", { key: generateKeyPairSync("ed25519").privateKey }],
    ["a public key", { key: generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey }],
  ])("refuses %s", (_, change) => {
    expect(() => make(change)).toThrow(TypeError);
  });

  it("is what a TLS server shows to who offers acme-tls/1", async () => {
    const { certificatePem, privateKeyPem } = tlsAlpn01Certificate({
      identifier: dns,
      keyAuthorization: KEY_AUTHORIZATION,
    });
    await using server = createServer({
      cert: certificatePem,
      key: privateKeyPem,
      ALPNProtocols: ["acme-tls/1"],
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    // What RFC 8737 section 3 has the CA do: one protocol, the name in SNI, and no trust asked of the certificate.
    const socket = connect({
      host: "127.0.0.1",
      port,
      servername: dns.value,
      ALPNProtocols: ["acme-tls/1"],
      rejectUnauthorized: false,
    });
    await once(socket, "secureConnect");
    expect(socket.alpnProtocol).toBe("acme-tls/1");
    expect(socket.getPeerX509Certificate()?.toString()).toBe(certificatePem);
    socket.destroy();
  });
});
