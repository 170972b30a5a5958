import { expect, it } from "vitest";
import { dns01 } from "./dns-01.ts";

const TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA";

it.each([
  ["www.example.org", "_acme-challenge.www.example.org"],
  ["*.example.org", "_acme-challenge.example.org"],
])("has the record's name of RFC 8555 section 8.4 for %s", (domain, name) => {
  expect(dns01.name(domain)).toBe(name);
});

it("has the digest of the key authorization as the record's text", () => {
  expect(dns01.type).toBe("dns-01");
  // printf %s TOKEN.thumb | openssl dgst -sha256 -binary | basenc --base64url
  expect(dns01.value(TOKEN, "thumb")).toBe("C4PQosoVQWW-AbdVFmwbU8B33Z62w2vU3bIO36pceJc");
});

it("refuses what no record can be for", () => {
  expect(() => dns01.name("192.0.2.1")).toThrow(TypeError);
  expect(() => dns01.value("a.b", "thumb")).toThrow(TypeError);
});
