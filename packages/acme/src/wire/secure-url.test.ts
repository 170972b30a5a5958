import { expect, it } from "vitest";
import { secureUrl } from "./secure-url.ts";

it.each([
  ["https://ca.example.com/dir", "https://ca.example.com/dir"],
  ["https://CA.example.com", "https://CA.example.com"],
  ["https://CA.example.com:443/a/../%7e1?x=%C3%BC", "https://CA.example.com:443/a/../%7e1?x=%C3%BC"],
  ["https://ca.example.com/ü", null],
  [" https://ca.example.com/", null],
  ["https://ca.example.com/a b", null],
  ["https:ca.example.com/a", "https://ca.example.com/a"],
  ["http://LOCALHOST:14000/dir", "http://LOCALHOST:14000/dir"],
  ["http://127.0.0.1:14000/dir", "http://127.0.0.1:14000/dir"],
  ["http://localhost:14000/dir", "http://localhost:14000/dir"],
  ["http://[::1]:14000/dir", "http://[::1]:14000/dir"],
  ["http://ca.example.com/dir", null],
  ["http://localhost.example.com/", null],
  ["http://127.0.0.1.example.com/", null],
  ["ftp://127.0.0.1/", null],
  ["file:///etc/passwd", null],
  ["/dir", null],
  ["", null],
])("%j is %j", (text, expected) => {
  expect(secureUrl(text)).toBe(expected);
});

it("resolves a relative URL against a base", () => {
  expect(secureUrl("../order/1", "https://ca.example.com/acme/new")).toBe("https://ca.example.com/order/1");
  expect(secureUrl("//ca.example.com/a", "https://ca.example.org/")).toBe("https://ca.example.com/a");
  expect(secureUrl("http://ca.example.com/", "https://ca.example.com/")).toBeNull();
  expect(secureUrl("https://CA.example.com/%7e", "https://ca.example.com/")).toBe(
    "https://CA.example.com/%7e",
  );
});
