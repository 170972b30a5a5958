import fc from "fast-check";
import { expect, it } from "vitest";
import { isToken, keyAuthorization } from "./key-authorization.ts";
import { http01 } from "./http-01.ts";

const tokens = fc.stringMatching(/^[A-Za-z0-9_-]{1,256}$/);

it("writes the path and the body of RFC 8555 section 8.3", () => {
  const token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";
  expect(http01.path(token)).toBe(`/.well-known/acme-challenge/${token}`);
  expect(http01.body(token, "thumb")).toBe(`${token}.thumb`);
});

it("takes every base64url token, and its path is the token's alone", () => {
  fc.assert(
    fc.property(tokens, (token) => {
      expect(new URL(http01.path(token), "http://a.example.com").pathname.split("/").at(-1)).toBe(token);
      expect(keyAuthorization(token, "thumb")).toBe(http01.body(token, "thumb"));
    }),
  );
});

it.each(["", "..", "a/b", "a%2fb", "a.b", "a b", "a\n", "ä", "a".repeat(257)])(
  "refuses the token %j",
  (token) => {
    expect(isToken(token)).toBe(false);
    expect(() => http01.path(token)).toThrow(TypeError);
    expect(() => http01.body(token, "thumb")).toThrow(TypeError);
    expect(() => keyAuthorization(token, "thumb")).toThrow(TypeError);
  },
);
