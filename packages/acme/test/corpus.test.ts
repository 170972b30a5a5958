/**
 * The nasty inputs in corpus/, each with what is made of it. Files of a folder and rows of its table are the same,
 * so that none is forgotten; chain/ and pem/ are what a CA might send, der/ is hexadecimal.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ChainError, type ChainErrorCode, parseChain } from "../src/x509/chain.ts";
import { DerError, DerReader } from "../src/x509/der-reader.ts";
import { readCommonName } from "../src/x509/distinguished-name.ts";
import { parsePem } from "../src/x509/pem.ts";
import { readSubjectAltName } from "../src/x509/subject-alt-name.ts";
import { readExtensions, readToBeSigned } from "../src/x509/to-be-signed.ts";

const CHAINS: Readonly<Record<"read" | ChainErrorCode, string>> = {
  read: `
    good good-with-root crlf cr-only byte-order-mark no-line-end one-line-base64 spaces-in-base64
    text-between non-ascii-between negative-serial zero-serial long-serial version-1
    no-extensions-in-the-list empty-names thousand-names key-identifier-empty unknown-critical-extension
    long-object-identifier deep-nesting-in-an-extension deep-nesting-in-the-names
    issuer-without-a-common-name issuer-in-utf-16 issuer-with-line-ends no-end-of-validity end-before-start
    ed25519-key short-rsa-key unknown-key`,
  "too-large": "seventeen-certificates",
  "not-pem": `
    empty html json-problem cut-in-base64 cut-before-end-line cut-in-end-line end-line-of-another-label
    begin-in-begin non-ascii-in-base64 padding-in-the-middle url-base64 empty-block headers-in-block
    lower-case-label`,
  "not-only-certificates": "private-key-among-it trusted-certificate request-for-a-certificate",
  "not-a-certificate": `
    der-cut-short bytes-after-the-certificate two-certificates-in-one-block pem-in-pem not-der
    over-long-outer-length indefinite-outer-length outer-length-of-four-bytes serial-of-no-bytes
    padded-serial address-of-5-bytes address-with-a-mask name-with-nul name-beyond-ascii
    name-that-is-an-address name-of-no-bytes names-twice names-of-indefinite-length
    names-of-over-long-length names-longer-than-their-bytes names-that-are-no-der names-of-no-bytes
    names-and-bytes-after key-identifier-no-der issuer-without-a-name issuer-is-a-number month-13
    time-with-an-offset time-without-seconds time-is-text time-missing`,
  "wrong-order": `
    reversed leaf-twice authority-alone intermediate-missing issuer-with-an-unknown-key`,
};

const PEMS: Readonly<Record<"none" | "one" | "broken", string>> = {
  none: "nothing dashes-only end-alone",
  one: "one crlf byte-order-mark text-around bits-left-over",
  broken: `
    begin-alone begin-cut begins-only label-of-no-characters label-of-lines long-label label-beyond-ascii
    end-of-another nested padding-only three-paddings not-a-multiple-of-four url-base64 headers
    second-broken`,
};

const DERS: Readonly<Record<"read" | "bad-der", string>> = {
  read: "nothing certificate deep-nesting many-empty-values zeros long-object-identifier",
  "bad-der": `
    tag-alone length-cut-short length-byte-missing content-cut-short indefinite-length over-long-length
    length-with-leading-zero length-of-four-bytes length-of-127-bytes huge-length huge-inner-length
    tag-of-several-bytes tag-that-never-ends deep-nesting-of-lies ones certificate-with-a-bit-turned`,
};

const FOLDER = join(import.meta.dirname, "corpus");
const read = (folder: string, file: string) => readFileSync(join(FOLDER, folder, file), "utf8");
const words = (text: string) => text.trim().split(/\s+/);
const rows = (table: Readonly<Record<string, string>>) =>
  Object.entries(table).flatMap(([outcome, names]) => words(names).map((name) => [name, outcome] as const));

it.each([
  ["chain", ".pem", CHAINS],
  ["pem", ".pem", PEMS],
  ["der", ".hex", DERS],
])("has each file of %s in its table", (folder, ending, table) => {
  const files = readdirSync(join(FOLDER, folder));
  expect(
    rows(table)
      .map(([name]) => `${name}${ending}`)
      .sort(),
  ).toEqual(files.sort());
});

describe("parseChain", () => {
  it.each(rows(CHAINS))("%s: %s", (name, outcome) => {
    expect(chainOutcome(read("chain", `${name}.pem`))).toBe(outcome);
  });

  it("refuses ten thousand blocks", () => {
    const block = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    expect(chainOutcome(block.repeat(10_000))).toBe("too-large");
    expect(chainOutcome(block.repeat(1_000))).toBe("too-large");
  });
});

describe("parsePem", () => {
  it.each(rows(PEMS))("%s: %s", (name, outcome) => {
    const blocks = parsePem(read("pem", `${name}.pem`));
    expect(blocks === null ? "broken" : ["none", "one"][blocks.length]).toBe(outcome);
  });

  it("gets through millions of characters", () => {
    expect(parsePem("-----BEGIN X-----\nAAAA\n-----END X-----\n".repeat(100_000))).toHaveLength(100_000);
    expect(parsePem(`-----BEGIN X-----${"-----END ".repeat(100_000)}`)).toBeNull();
    expect(parsePem("-----BEGIN ".repeat(100_000))).toBeNull();
  });
});

describe("DER", () => {
  it.each(rows(DERS))("%s: %s", (name, outcome) => {
    const bytes = Buffer.from(read("der", `${name}.hex`).replaceAll(/\s/g, ""), "hex");
    expect(derOutcome(() => walk(bytes))).toBe(outcome);
    for (const parse of [readToBeSigned, readExtensions, readSubjectAltName, readCommonName]) {
      expect(["read", "bad-der"]).toContain(derOutcome(() => parse(bytes)));
    }
  });
});

/** What is read must read the same again out of the strict PEM. */
function chainOutcome(pem: string): "read" | ChainErrorCode {
  try {
    const chain = parseChain(pem);
    expect(parseChain(chain.pem)).toEqual(chain);
    return "read";
  } catch (error) {
    if (error instanceof ChainError) return error.code;
    throw error;
  }
}

function derOutcome(parse: () => unknown): "read" | "bad-der" {
  try {
    parse();
    return "read";
  } catch (error) {
    if (error instanceof DerError) return error.code;
    throw error;
  }
}

/** Every value, however deep. */
function walk(bytes: Uint8Array): void {
  const open = [new DerReader(bytes)];
  for (let reader = open.pop(); reader !== undefined; reader = open.pop()) {
    while (!reader.atEnd) {
      const { tag, content } = reader.any();
      if ((tag & 0x20) !== 0) open.push(new DerReader(content));
    }
  }
}
