import { generateKeyPairSync } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { TestCa } from "../../test/support/test-ca.ts";
import { keyPairFault } from "./check-key-pair.ts";

const ca = new TestCa();
const otherCa = new TestCa();
afterAll(() => {
  ca[Symbol.dispose]();
  otherCa[Symbol.dispose]();
});

const names = ["a.example.com", "*.a.example.com"];
const made = ca.issue(names);
const [leafPem = "", intermediatePem = ""] = made.chainPem.split(/(?<=-----END CERTIFICATE-----\n)/);
const expected = { names, serial: made.serial, installedChainPem: null };
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const strangeKey = privateKey.export({ format: "pem", type: "pkcs8" }).toString();
const lf = leafPem.indexOf("\n") + 100;

test("a certificate as it should be", () => {
  expect(keyPairFault(made, expected)).toBeNull();
  expect(keyPairFault({ ...made, chainPem: leafPem }, expected)).toBeNull();
  expect(keyPairFault({ ...made, chainPem: made.chainPem.replaceAll("\n", "\r\n") }, expected)).toBeNull();
  expect(keyPairFault({ ...made, chainPem: `${leafPem}\n\n${intermediatePem}` }, expected)).toBeNull();
  expect(keyPairFault(made, { ...expected, serial: `00${made.serial}` })).toBeNull();
});

describe("chains that are none", () => {
  test.each([
    ["empty", ""],
    ["words", "not a certificate"],
    ["words around", `${made.chainPem}and more`],
    ["a key among it", made.chainPem + made.keyPem],
    ["cut in the middle", made.chainPem.slice(0, leafPem.length / 2)],
    ["cut in the second", made.chainPem.slice(0, -40)],
    ["a changed length", leafPem.slice(0, lf) + leafPem.slice(lf + 4) + intermediatePem],
    ["no base64", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
  ])("%s", (_, chainPem) => {
    expect(keyPairFault({ ...made, chainPem }, expected)).toBe(
      "its chain is no sequence of PEM certificates",
    );
  });
});

describe("chains out of order", () => {
  test.each([
    ["the leaf last", intermediatePem + leafPem],
    ["the leaf twice", leafPem + leafPem],
    ["another CA's intermediate of the same name", leafPem + otherCa.intermediatePem],
    ["the root before the intermediate", leafPem + ca.rootPem + intermediatePem],
  ])("%s", (_, chainPem) => {
    expect(keyPairFault({ ...made, chainPem }, expected)).toMatch(
      /^its chain is out of order: number 2 did not/,
    );
  });

  test("a third that did not sign the second", () => {
    const chainPem = leafPem + intermediatePem + otherCa.rootPem;
    expect(keyPairFault({ ...made, chainPem }, expected)).toMatch(/number 3 did not sign number 2$/);
  });
});

test("keys", () => {
  expect(keyPairFault({ ...made, keyPem: strangeKey }, expected)).toBe("its key is not the certificate's");
  expect(keyPairFault({ ...made, keyPem: leafPem }, expected)).toBe("its key is no private key in PEM");
  expect(keyPairFault({ ...made, keyPem: "" }, expected)).toBe("its key is no private key in PEM");
});

test("another certificate than announced", () => {
  expect(keyPairFault(made, { ...expected, serial: "abcd" })).toBe(
    `it has serial ${made.serial}; abcd was announced`,
  );
});

describe("names", () => {
  test.each([
    [["a.example.com", "b.example.com"], "it does not cover b.example.com"],
    [["b.a.example.com"], null],
    [["*.b.example.com", "c.b.a.example.com"], "it does not cover *.b.example.com, c.b.a.example.com"],
    [["192.0.2.1"], "it does not cover 192.0.2.1"],
  ])("%s", (wanted, fault) => {
    expect(keyPairFault(made, { ...expected, names: wanted })).toBe(fault);
  });

  test("a wildcard does not cover its own parent, nor a common name anything", () => {
    const wildcard = ca.issue(["*.a.example.com"]);
    const expectation = { names: ["a.example.com"], serial: wildcard.serial, installedChainPem: null };
    expect(keyPairFault(wildcard, expectation)).toBe("it does not cover a.example.com");
  });
});

describe("age, against one valid from day 0 to day 90", () => {
  test.each([
    [-30, 60, true],
    [-30, 90, false],
    [-1, 120, false],
    [1, 7, false],
  ])("valid from day %i to day %i: refused %s", (from, until, refused) => {
    const other = ca.issue(names, { from, until });
    const fault = keyPairFault(other, { names, serial: other.serial, installedChainPem: made.chainPem });
    expect(fault).toBe(refused ? `it is older than the installed one (valid until ${other.notAfter})` : null);
  });

  test("an installed one that cannot be read is replaced", () => {
    expect(keyPairFault(made, { ...expected, installedChainPem: "rubbish" })).toBeNull();
  });
});
