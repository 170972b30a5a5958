import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Identifier } from "../wire/identifier.ts";
import { ipText } from "../x509/ip-address.ts";
import { tlsAlpn01 } from "./tls-alpn-01.ts";

it.each<[Identifier, string]>([
  [{ type: "dns", value: "www.Example.org" }, "www.example.org"],
  [{ type: "ip", value: "192.0.2.1" }, "1.2.0.192.in-addr.arpa"],
  [
    { type: "ip", value: "2001:db8::1" },
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
  ],
])("is asked for by the server name of RFC 8738 section 6: %j", (identifier, name) => {
  expect(tlsAlpn01.type).toBe("tls-alpn-01");
  expect(tlsAlpn01.protocol).toBe("acme-tls/1");
  expect(tlsAlpn01.serverName(identifier)).toBe(name);
});

it("has a server name for every IPv6 address from which the address can be read", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const name = tlsAlpn01.serverName({ type: "ip", value: ipText(bytes) ?? "" });
      const digits = name.replace(/\.ip6\.arpa$/, "").split(".");
      expect(Buffer.from(digits.reverse().join(""), "hex")).toEqual(Buffer.from(bytes));
    }),
  );
});

it("makes the certificate of the key authorization", () => {
  const { certificatePem } = tlsAlpn01.certificate({
    identifier: { type: "ip", value: "192.0.2.1" },
    token: "token",
    thumbprint: "thumb",
  });
  expect(new X509Certificate(certificatePem).subjectAltName).toBe("IP Address:192.0.2.1");
});

it.each<Identifier>([
  { type: "dns", value: "*.example.com" },
  { type: "dns", value: "192.0.2.1" },
  { type: "ip", value: "example.com" },
])("refuses %j", (identifier) => {
  expect(() => tlsAlpn01.serverName(identifier)).toThrow(TypeError);
  expect(() => tlsAlpn01.certificate({ identifier, token: "token", thumbprint: "t" })).toThrow(TypeError);
});

it("refuses a token that is not base64url", () => {
  const identifier: Identifier = { type: "dns", value: "a.test" };
  expect(() => tlsAlpn01.certificate({ identifier, token: "a.b", thumbprint: "t" })).toThrow(TypeError);
});
