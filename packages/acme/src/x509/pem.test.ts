import fc from "fast-check";
import { expect, it } from "vitest";
import { parsePem, writePem } from "./pem.ts";

const labels = fc.constantFrom("CERTIFICATE", "PRIVATE KEY", "X509 CRL");
const blocks = fc.array(fc.record({ label: labels, der: fc.uint8Array({ minLength: 1, maxLength: 200 }) }));

it("reads what it writes", () => {
  fc.assert(
    fc.property(blocks, (written) => {
      const read = parsePem(written.map(writePem).join("")) ?? [];
      expect(read.map(({ label, der }) => [label, [...der]])).toEqual(
        written.map(({ label, der }) => [label, [...der]]),
      );
    }),
  );
});

it("passes over text between blocks, and takes any line ends", () => {
  const block = writePem({ label: "CERTIFICATE", der: Buffer.alloc(100, 1) });
  const text = `subject=/CN=a\r\n${block.replaceAll("\n", "\r\n")}\r\nissuer=/CN=b\n${block}`;
  expect(parsePem(text)?.map(writePem)).toEqual([block, block]);
  expect(parsePem("no block")).toEqual([]);
});

it.each([
  "-----BEGIN CERTIFICATE-----",
  "-----BEGIN CERTIFICATE",
  "-----BEGIN CERTIFICATE-----\nAAAA\n",
  "-----BEGIN CERTIFICATE-----\nAAAA\n-----END PRIVATE KEY-----",
  "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
  "-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----",
  "-----BEGIN CERTIFICATE-----\nAA!A\n-----END CERTIFICATE-----",
  "-----BEGIN CERTIFICATE-----\nA=AA\n-----END CERTIFICATE-----",
])("%j is broken", (text) => {
  expect(parsePem(text)).toBeNull();
});

it("reads any text, or says that it is broken", () => {
  const pieces = fc.constantFrom("-----BEGIN ", "-----END ", "-----", "CERTIFICATE", "AAAA", "=", "\n", "é");
  fc.assert(
    fc.property(fc.string({ unit: pieces }), (text) => {
      for (const { der } of parsePem(text) ?? []) expect(der.length).toBeGreaterThan(0);
    }),
  );
});
