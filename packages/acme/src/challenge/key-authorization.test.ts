import fc from "fast-check";
import { expect, it } from "vitest";
import { OpenSsl } from "../../test/openssl.ts";
import { isToken, keyAuthorization, keyAuthorizationDigest } from "./key-authorization.ts";

/** The token and thumbprint of RFC 8555 section 8.3, the latter as far as the RFC prints it and made up beyond. */
const TOKEN = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";
const THUMBPRINT = "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI";

it("joins token and thumbprint by a dot", () => {
  expect(keyAuthorization(TOKEN, THUMBPRINT)).toBe(`${TOKEN}.${THUMBPRINT}`);
});

it("hashes what it joins, as OpenSSL does", () => {
  using openssl = new OpenSsl();
  const input = Buffer.from(`${TOKEN}.${THUMBPRINT}`);
  const [hex = ""] = openssl.run(["dgst", "-sha256", "-r"], input).split(" ");
  expect(keyAuthorizationDigest(TOKEN, THUMBPRINT)).toBe(Buffer.from(hex, "hex").toString("base64url"));
});

it("takes every base64url token", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,256}$/), (token) => {
      expect(isToken(token)).toBe(true);
      expect(keyAuthorization(token, "thumb")).toBe(`${token}.thumb`);
      expect(keyAuthorizationDigest(token, "thumb")).toMatch(/^[\w-]{43}$/);
    }),
  );
});

it.each(["", "..", "a/b", "a%2fb", "a.b", "a b", "a\n", "ä", "a=", "a".repeat(257)])(
  "refuses the token %j",
  (token) => {
    expect(isToken(token)).toBe(false);
    expect(() => keyAuthorization(token, "thumb")).toThrow(TypeError);
    expect(() => keyAuthorizationDigest(token, "thumb")).toThrow(TypeError);
  },
);
