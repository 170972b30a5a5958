import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ipText } from "../x509/ip-address.ts";
import { identifierOf } from "./identifier.ts";

describe("identifierOf", () => {
  it.each([
    ["example.com", "dns", "example.com"],
    ["A.Example.COM", "dns", "a.example.com"],
    ["*.example.com", "dns", "*.example.com"],
    ["xn--bcher-kva.example", "dns", "xn--bcher-kva.example"],
    ["192.0.2.1", "ip", "192.0.2.1"],
    ["2001:db8::1", "ip", "2001:db8::1"],
    ["2001:0DB8:0:0:0:0:0:1", "ip", "2001:db8::1"],
    ["2001:db8:0:0:1:0:0:1", "ip", "2001:db8::1:0:0:1"],
  ])("tells what %s is", (name, type, value) => {
    expect(identifierOf(name)).toEqual({ type, value });
  });

  it.each([
    "",
    "*",
    "*.",
    "*.*.example.com",
    "*.192.0.2.1",
    "a.*.example.com",
    "example.com.",
    "example.com:443",
    "https://example.com",
    "a_b.example.com",
    "bücher.example",
    "\u212Aelvin.example",
    "192.0.2.256",
    "[2001:db8::1]",
    "fe80::1%eth0",
    " example.com",
    "example.com\n",
    `*.${"a.".repeat(125)}aa`,
  ])("refuses %j", (name) => {
    expect(() => identifierOf(name)).toThrow(TypeError);
    expect(() => identifierOf(name)).toThrow("neither a DNS name in A-labels nor an IP address: ");
  });

  it("takes a name of the greatest length, and none beyond", () => {
    const longest = `${"a".repeat(61)}.${"a.".repeat(95)}a`;
    expect(longest).toHaveLength(253);
    expect(identifierOf(longest).value).toBe(longest);
    expect(() => identifierOf(`a${longest}`)).toThrow(TypeError);
  });

  it("says an address in one way, however it is written", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const groups = Buffer.from(bytes).toString("hex").toUpperCase().match(/.{4}/g) ?? [];
        expect(identifierOf(groups.join(":"))).toEqual({ type: "ip", value: ipText(bytes) });
      }),
    );
  });

  it("does not quote a refused text without end", () => {
    expect(() => identifierOf("a".repeat(100_000))).toThrow(/^.{0,400}$/);
  });
});
