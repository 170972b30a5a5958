/**
 * What is made of the corpus by chance: cut, turned, doubled, spliced. Every parser reads it or refuses it by its
 * own error, and what a chain was read from stands in its strict PEM.
 */
import { X509Certificate } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ChainError, parseChain } from "../src/x509/chain.ts";
import { DerError, DerReader } from "../src/x509/der-reader.ts";
import { readCommonName } from "../src/x509/distinguished-name.ts";
import { parsePem, writePem } from "../src/x509/pem.ts";
import { readSubjectAltName } from "../src/x509/subject-alt-name.ts";
import { readExtensions, readToBeSigned } from "../src/x509/to-be-signed.ts";

const FOLDER = join(import.meta.dirname, "corpus", "chain");
const TEXTS = readdirSync(FOLDER).map((file) => readFileSync(join(FOLDER, file), "utf8"));
const CERTIFICATES = TEXTS.flatMap((text) => parsePem(text) ?? []).map(({ der }) => der);

/** One change at one place, given as a share of the whole. */
type Edit =
  | { readonly kind: "turn"; readonly at: number; readonly bits: number }
  | { readonly kind: "cut"; readonly at: number; readonly length: number }
  | { readonly kind: "double"; readonly at: number; readonly length: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array };

const at = fc.double({ min: 0, max: 1, noNaN: true });
const length = fc.nat({ max: 80 });
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant("turn"), at, bits: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ kind: fc.constant("cut"), at, length }),
  fc.record({ kind: fc.constant("double"), at, length }),
  fc.record({ kind: fc.constant("insert"), at, bytes: fc.uint8Array({ maxLength: 12 }) }),
);
const edits = fc.array(edit, { minLength: 1, maxLength: 4 });

function apply(bytes: Uint8Array, change: Edit): Uint8Array {
  const offset = Math.min(Math.floor(change.at * bytes.length), Math.max(bytes.length - 1, 0));
  const before = bytes.subarray(0, offset);
  const after = bytes.subarray(offset);
  switch (change.kind) {
    case "turn":
      return Buffer.concat([
        before,
        Uint8Array.from(after.subarray(0, 1), (byte) => byte ^ change.bits),
        after.subarray(1),
      ]);
    case "cut":
      return Buffer.concat([before, after.subarray(change.length)]);
    case "double":
      return Buffer.concat([before, after.subarray(0, change.length), after]);
    case "insert":
      return Buffer.concat([before, change.bytes, after]);
  }
}

function readOrRefused(pem: string): void {
  try {
    const chain = parseChain(pem);
    expect(parseChain(chain.pem)).toEqual(chain);
    expect(chain.issuers).toHaveLength(chain.certificates);
    expect(new X509Certificate(chain.pem).fingerprint256.replaceAll(":", "").toLowerCase()).toBe(
      chain.leaf.fingerprint,
    );
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
  }
}

function readOrBadDer(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
  }
}

it("reads or refuses a chain's text with changes", () => {
  fc.assert(
    fc.property(fc.constantFrom(...TEXTS), edits, (text, changes) => {
      readOrRefused(Buffer.from(changes.reduce(apply, Buffer.from(text))).toString("utf8"));
    }),
    { numRuns: 1_000 },
  );
});

it("reads or refuses the halves of two chains", () => {
  const text = fc.constantFrom(...TEXTS);
  fc.assert(
    fc.property(text, at, text, at, (a, end, b, start) => {
      readOrRefused(a.slice(0, end * a.length) + b.slice(start * b.length));
    }),
    { numRuns: 500 },
  );
});

it("reads or refuses certificates with changes, in PEM that is whole", () => {
  const certificate = fc
    .tuple(fc.constantFrom(...CERTIFICATES), fc.array(edit, { maxLength: 2 }))
    .map(([der, changes]) => writePem({ label: "CERTIFICATE", der: changes.reduce(apply, der) }));
  fc.assert(
    fc.property(fc.array(certificate, { minLength: 1, maxLength: 3 }), (blocks) => {
      readOrRefused(blocks.join(""));
    }),
    { numRuns: 1_000 },
  );
});

it("reads or refuses DER with changes that OpenSSL would not let through", () => {
  fc.assert(
    fc.property(fc.constantFrom(...CERTIFICATES), edits, (certificate, changes) => {
      const bytes = changes.reduce(apply, certificate);
      readOrBadDer(() => {
        const { issuer, extensions } = readToBeSigned(bytes);
        readOrBadDer(() => readCommonName(issuer));
        for (const value of readExtensions(extensions).values())
          readOrBadDer(() => readSubjectAltName(value));
      });
      readOrBadDer(() => {
        const reader = new DerReader(bytes);
        while (!reader.atEnd) expect(reader.any().content.length).toBeLessThan(bytes.length);
      });
    }),
    { numRuns: 5_000 },
  );
});
