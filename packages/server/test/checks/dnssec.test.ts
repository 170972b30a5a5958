/** The examples that RFC 6605 section 6.1 and RFC 8080 section 6.1 give. */
import { instant } from "@certmill/domain";
import type { Answer } from "dns-packet";
import { describe, expect, test } from "vitest";
import { keyTag, signatureFault, trustKeys } from "../../src/checks/dnssec.ts";

const seconds = (text: string): number => Date.parse(text) / 1_000;

const examples = [
  {
    title: "ECDSA P-256",
    zone: "example.net",
    key: {
      flags: 257,
      algorithm: 13,
      key: Buffer.from(
        "GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
        "base64",
      ),
    },
    ds: {
      keyTag: 55648,
      algorithm: 13,
      digestType: 2,
      digest: Buffer.from("b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17", "hex"),
    },
    records: [{ type: "A", name: "www.example.net", ttl: 3600, data: "192.0.2.1" }],
    signature: {
      typeCovered: "A",
      labels: 3,
      inception: seconds("2010-08-12T10:04:39Z"),
      expiration: seconds("2010-09-09T10:04:39Z"),
      signature: "qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==",
    },
    now: "2010-09-01T00:00:00Z",
  },
  {
    title: "Ed25519",
    zone: "example.com",
    key: {
      flags: 257,
      algorithm: 15,
      key: Buffer.from("l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=", "base64"),
    },
    ds: {
      keyTag: 3613,
      algorithm: 15,
      digestType: 2,
      digest: Buffer.from("3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b", "hex"),
    },
    records: [
      { type: "MX", name: "example.com", ttl: 3600, data: { preference: 10, exchange: "mail.example.com" } },
    ],
    signature: {
      typeCovered: "MX",
      labels: 2,
      inception: 1_438_207_200,
      expiration: 1_440_021_600,
      signature: "oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==",
    },
    now: "2015-08-10T00:00:00Z",
  },
] as const;

/** The example's RRSIG record, with the signature of the RFC or with other bytes in its place. */
const signatureRecord = (
  { zone, key, ds, records, signature }: (typeof examples)[number],
  bytes: Buffer = Buffer.from(signature.signature, "base64"),
): Answer => ({
  type: "RRSIG",
  name: records[0].name,
  ttl: 3600,
  data: {
    ...signature,
    algorithm: key.algorithm,
    originalTTL: 3600,
    keyTag: ds.keyTag,
    signersName: zone,
    signature: bytes,
  },
});

describe.each(examples)("$title", (example) => {
  const { zone, key, ds, records, now } = example;
  const at = instant(Date.parse(now));
  const signedBy = { answers: [...records, signatureRecord(example)], keys: [key], zone, now: at };

  test("the key's tag and digest are those of the RFC", () => {
    expect(keyTag(key)).toBe(ds.keyTag);
    // The key set is not signed here, and that is what is found wrong: the key fits.
    expect(trustKeys(zone, [ds], [{ type: "DNSKEY", name: zone, ttl: 1, data: key }], at)).toEqual({
      fault: `the DNSKEY records of ${zone} are not signed`,
    });
    const other = { ...ds, digest: Buffer.alloc(32) };
    expect(trustKeys(zone, [other], [{ type: "DNSKEY", name: zone, ttl: 1, data: key }], at)).toEqual({
      fault: "no DNSKEY of the zone fits the DS record of its parent",
    });
  });

  test("the signature holds, in its time and over these records only", () => {
    expect(signatureFault(records, signedBy)).toBeNull();
    expect(signatureFault(records, { ...signedBy, now: instant(at + 90 * 86_400_000) })).toMatch(
      /ran out on 20/,
    );
    expect(signatureFault(records, { ...signedBy, now: instant(at - 90 * 86_400_000) })).toMatch(
      /is valid from 20/,
    );
    const [record] = records;
    const changed = {
      ...record,
      data: record.type === "A" ? "192.0.2.2" : { preference: 11, exchange: "mail.example.com" },
    } as Answer;
    expect(signatureFault([changed], signedBy)).toMatch(/is wrong$/);
    expect(signatureFault(records, { ...signedBy, keys: [] })).toMatch(
      /by a key that the zone does not have$/,
    );
  });
});

describe("a hostile zone", () => {
  const [example] = examples;
  const { zone, key, records, now } = example;
  const rrsig = (bytes: Buffer): Answer => signatureRecord(example, bytes);
  const right = signatureRecord(example);
  const signedBy = { zone, keys: [key], now: instant(Date.parse(now)) };
  /** Of the same tag, as that is a sum of 16-bit words. */
  const ofSameTag = (n: number): typeof key => {
    const words = Buffer.from(key.key);
    const [first, other] = [words.readUInt16BE(0), words.readUInt16BE(2 * n)];
    words.writeUInt16BE(other, 0);
    words.writeUInt16BE(first, 2 * n);
    return { ...key, key: words };
  };

  test("has eight signatures verified, and no more", () => {
    const wrong = Array.from({ length: 300 }, (_, n) => rrsig(Buffer.alloc(64, n)));
    const fault = (...signatures: Answer[]) =>
      signatureFault(records, { ...signedBy, answers: [...records, ...signatures] });
    expect(fault(...wrong.slice(0, 7), right)).toBeNull();
    expect(fault(...wrong, right)).toMatch(/is wrong$/);
  });

  test("has two keys of one tag tried, and no more", () => {
    const fault = (...keys: (typeof key)[]) =>
      signatureFault(records, { ...signedBy, keys, answers: [...records, right] });
    expect(ofSameTag(1).key).not.toEqual(key.key);
    expect(keyTag(ofSameTag(1))).toBe(keyTag(key));
    expect(fault(ofSameTag(1), key)).toBeNull();
    expect(fault(ofSameTag(1), ofSameTag(2), key)).toMatch(/is wrong$/);
  });
});

test("what nobody can verify counts as unsigned", () => {
  const ds = { keyTag: 1, algorithm: 253, digestType: 2, digest: Buffer.alloc(32) };
  expect(trustKeys("example.com", [ds], [], instant(0))).toBeNull();
});
