import fc from "fast-check";
import { expect, test } from "vitest";
import { issuersOf, leafPayload, pemPayload } from "./pem-payload.ts";

const block = (kind: string, lines: readonly string[]): string =>
  [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`].join("\n");

const lines = fc.array(fc.stringMatching(/^[A-Za-z0-9+/=]{1,64}$/), { minLength: 1, maxLength: 4 });
/** Between lines and blocks. */
const gap = fc.constantFrom("\n", "\r\n", "\n\n", " \n\t\n", "\n\r\n\r\n");

test("blocks as they are, whatever stands between their lines, and never an empty line", () => {
  fc.assert(
    fc.property(lines, lines, gap, (chain, key, between) => {
      const plain = `${block("CERTIFICATE", chain)}\n${block("CERTIFICATE", key)}\n`;
      const chainPem = plain.replaceAll("\n", between);
      const keyPem = block("PRIVATE KEY", key).replaceAll("\n", between);
      const payload = pemPayload({ chainPem, keyPem });
      expect(payload).toBe(`${plain}${block("PRIVATE KEY", key)}\n`);
      expect(payload).not.toMatch(/\n\s*\n/);
    }),
  );
});

test("what stands outside of blocks is left out: HAProxy would read it as commands", () => {
  const chainPem = `subject=/CN=a\n${block("CERTIFICATE", ["AAAA"])}\n\nshutdown frontend sites\n`;
  expect(pemPayload({ chainPem, keyPem: block("EC PRIVATE KEY", ["BBBB"]) })).toBe(
    `${block("CERTIFICATE", ["AAAA"])}\n${block("EC PRIVATE KEY", ["BBBB"])}\n`,
  );
});

test("a chain is its leaf, and what follows", () => {
  const [leaf, issuer, key] = [
    block("CERTIFICATE", ["AAAA"]),
    block("CERTIFICATE", ["BBBB"]),
    block("PRIVATE KEY", ["CCCC"]),
  ] as const;
  const chainPem = `${leaf}\r\n\r\n${issuer}\n${issuer}\n`;
  expect(leafPayload({ chainPem, keyPem: key })).toBe(`${leaf}\n${key}\n`);
  expect(issuersOf(chainPem)).toBe(`${issuer}\n${issuer}`);
  expect(issuersOf(leaf)).toBe("");
  expect(issuersOf("")).toBe("");
});
