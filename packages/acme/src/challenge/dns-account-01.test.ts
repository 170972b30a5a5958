import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { dns01 } from "./dns-01.ts";
import { dnsAccount01 } from "./dns-account-01.ts";

it("has the record's name of the draft's example (section 3.2)", () => {
  expect(dnsAccount01.type).toBe("dns-account-01");
  expect(dnsAccount01.name("example.org", "https://example.com/acme/acct/ExampleAccount")).toBe(
    "_ujmmovf2vn55tgye._acme-challenge.example.org",
  );
});

it("has the text of dns-01", () => {
  expect(dnsAccount01.value("token", "thumb")).toBe(dns01.value("token", "thumb"));
});

it("labels any account as OpenSSL and base32 do", () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (accountUrl) => {
      const [label = "", ...rest] = dnsAccount01.name("*.a.test", accountUrl).split(".");
      const script = `openssl dgst -sha256 -binary | head -c 10 | base32`;
      const expected = execFileSync("sh", ["-c", script], { input: accountUrl, encoding: "utf8" });
      expect(label).toBe(`_${expected.trim().toLowerCase()}`);
      expect(rest.join(".")).toBe("_acme-challenge.a.test");
    }),
    { numRuns: 30 },
  );
});

it("has another label for an account that differs by one letter's case", () => {
  const a = dnsAccount01.name("a.test", "https://ca.test/Account/1");
  expect(dnsAccount01.name("a.test", "https://ca.test/account/1")).not.toBe(a);
});

it.each(["", "account/1", "https://ca.test/ä", "https://ca.test/a b", "https://"])(
  "refuses the account %j",
  (accountUrl) => {
    expect(() => dnsAccount01.name("a.test", accountUrl)).toThrow(TypeError);
  },
);

it("refuses what no record can be for", () => {
  expect(() => dnsAccount01.name("2001:db8::1", "https://ca.test/1")).toThrow(TypeError);
  expect(() => dnsAccount01.value("a.b", "thumb")).toThrow(TypeError);
});
