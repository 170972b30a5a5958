import fc from "fast-check";
import { expect, it } from "vitest";
import type { Identifier } from "../wire/identifier.ts";
import { http01 } from "./http-01.ts";

const TOKEN = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";

it("writes the path and the body of RFC 8555 section 8.3", () => {
  expect(http01.type).toBe("http-01");
  expect(http01.path(TOKEN)).toBe(`/.well-known/acme-challenge/${TOKEN}`);
  expect(http01.body(TOKEN, "thumb")).toBe(`${TOKEN}.thumb`);
});

it("has a path for every base64url token that is the token's alone", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,256}$/), (token) => {
      expect(new URL(http01.path(token), "http://a.example.com").pathname.split("/").at(-1)).toBe(token);
    }),
  );
});

it.each<[Identifier, string]>([
  [{ type: "dns", value: "example.com" }, "http://example.com"],
  [{ type: "dns", value: "Example.COM" }, "http://example.com"],
  [{ type: "ip", value: "192.0.2.1" }, "http://192.0.2.1"],
  [{ type: "ip", value: "2001:db8::1" }, "http://[2001:db8::1]"],
  [{ type: "ip", value: "2001:0DB8:0:0::1" }, "http://[2001:db8::1]"],
])("is looked for at the URL of %j", (identifier, origin) => {
  const url = http01.url(identifier, TOKEN);
  expect(url).toBe(`${origin}/.well-known/acme-challenge/${TOKEN}`);
  expect(new URL(url).href).toBe(url);
});

it.each<Identifier>([
  { type: "dns", value: "*.example.com" },
  { type: "dns", value: "192.0.2.1" },
  { type: "dns", value: "example.com/a" },
  { type: "ip", value: "example.com" },
  { type: "ip", value: "[2001:db8::1]" },
  { type: "ip", value: "" },
])("refuses %j as no host", (identifier) => {
  expect(() => http01.url(identifier, TOKEN)).toThrow(TypeError);
});

it.each(["", "..", "a/b", "a%2fb", "a.b", "a b", "a\n", "ä", "a".repeat(257)])(
  "refuses the token %j",
  (token) => {
    expect(() => http01.path(token)).toThrow(TypeError);
    expect(() => http01.body(token, "thumb")).toThrow(TypeError);
    expect(() => http01.url({ type: "dns", value: "example.com" }, token)).toThrow(TypeError);
  },
);
