/**
 * Whether an answer holds under DNSSEC (RFC 4035 section 5), as far as a check needs it: the DS records that the parent
 * hands out are taken as they are, and everything below them is verified. That finds what goes wrong in practice: keys
 * that the registrar does not know, signatures that ran out, a zone that is signed no more.
 */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import type { Instant } from "@certmill/domain";
import { type Answer, type DnskeyData, type DsData, encode, type RrsigData } from "dns-packet";
import { lowerName, recordsOf } from "./dns-message.ts";

/** The keys of a zone that its DS records vouch for, or what is wrong with them; null: it counts as unsigned. */
export type ZoneKeys = { readonly keys: readonly DnskeyData[] } | { readonly fault: string } | null;

const digests: Readonly<Record<number, string>> = { 1: "sha1", 2: "sha256", 4: "sha384" };

/** @param answers of the question for the zone's DNSKEY. */
export function trustKeys(
  zone: string,
  ds: readonly DsData[],
  answers: readonly Answer[],
  now: Instant,
): ZoneKeys {
  const known = ds.filter(({ algorithm, digestType }) => digestType in digests && algorithm in algorithms);
  // What nobody can verify counts as unsigned (RFC 4035 section 5.2).
  if (known.length === 0) return null;
  const records = recordsOf(answers, "DNSKEY", zone);
  const keys = records.map(({ data }) => data);
  if (keys.length === 0) return { fault: "the zone has no DNSKEY record, while its parent has a DS record" };
  const anchors = keys.filter((key) => known.some((record) => isDigestOf(record, zone, key)));
  if (anchors.length === 0) return { fault: "no DNSKEY of the zone fits the DS record of its parent" };
  const fault = signatureFault(records, { answers, keys: anchors, zone, now });
  return fault === null ? { keys } : { fault };
}

export interface SignedBy {
  /** The section that has the signatures. */
  readonly answers: readonly Answer[];
  readonly keys: readonly DnskeyData[];
  readonly zone: string;
  readonly now: Instant;
}

/** Why no signature of these records, which are of one name and type, holds; null: one does. */
export function signatureFault(
  records: readonly Answer[],
  { answers, keys, zone, now }: SignedBy,
): string | null {
  const [first] = records;
  if (first === undefined) return "there is nothing signed";
  const signatures = signaturesOf(answers, first).filter(
    ({ signersName }) => lowerName(signersName) === zone,
  );
  if (signatures.length === 0) return `the ${first.type} records of ${first.name} are not signed`;
  const tagged = keys.map((key): TaggedKey => ({ key, tag: keyTag(key) }));
  let fault: string | null = null;
  let left = mostVerified;
  for (const signature of signatures) {
    const candidates = tagged.filter((each) => mayBeBy(signature, each)).slice(0, mostKeysOfOneTag);
    const useless = uselessness(signature, candidates, now);
    fault ??= useless ?? `${signatureOf(signature)} is wrong`;
    if (useless !== null) continue;
    const tried = candidates.slice(0, left);
    left -= tried.length;
    const data = signedData(signature, records);
    if (tried.some(({ key }) => isSignedBy(signature, data, key))) return null;
    if (left === 0) break;
  }
  return fault;
}

/**
 * Verifications for one set of records. A hostile zone has hundreds of signatures, each by any of hundreds of keys of one tag:
 * to verify every pair would take a core for minutes (CVE-2023-50387). Honest zones need one or two.
 */
const mostVerified = 8;
const mostKeysOfOneTag = 2;

interface TaggedKey {
  readonly key: DnskeyData;
  readonly tag: number;
}

const mayBeBy = ({ algorithm, keyTag: wanted }: RrsigData, { key, tag }: TaggedKey): boolean =>
  key.algorithm === algorithm && tag === wanted;

/** The signatures over this record's name and type. */
export const signaturesOf = (answers: readonly Answer[], record: Answer): RrsigData[] =>
  recordsOf(answers, "RRSIG", record.name)
    .map(({ data }) => data)
    .filter(({ typeCovered }) => typeCovered === record.type);

const signatureOf = ({ typeCovered }: RrsigData): string => `the signature of the ${typeCovered} records`;

/** Why a signature need not be verified; null: it has to be. */
function uselessness(signature: RrsigData, candidates: readonly TaggedKey[], now: Instant): string | null {
  const seconds = Math.floor(now / 1_000);
  const { expiration, inception } = signature;
  if (expiration < seconds) return `${signatureOf(signature)} ran out on ${dayOf(expiration)}`;
  if (inception > seconds) return `${signatureOf(signature)} is valid from ${dayOf(inception)} only`;
  return candidates.length === 0 ? `${signatureOf(signature)} is by a key that the zone does not have` : null;
}

const dayOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 10);

/** RFC 4034 appendix B. */
export function keyTag(key: DnskeyData): number {
  let sum = 0;
  for (const [index, byte] of keyBytes(key).entries()) sum += index % 2 === 0 ? byte << 8 : byte;
  return (sum + (sum >>> 16)) & 0xffff;
}

const keyBytes = (data: DnskeyData): Buffer => recordBytes({ type: "DNSKEY", name: ".", data });

function isDigestOf(
  { keyTag: tag, algorithm, digestType, digest }: DsData,
  zone: string,
  key: DnskeyData,
): boolean {
  const hash = digests[digestType];
  if (hash === undefined || key.algorithm !== algorithm || keyTag(key) !== tag) return false;
  return createHash(hash).update(wireName(zone)).update(keyBytes(key)).digest().equals(digest);
}

/** The data of a record as it goes over the wire, names in lower case and not compressed (RFC 4034 section 6.2). */
function recordBytes(record: Answer): Buffer {
  // Header of 12 bytes, the root as its name, then type, class, TTL and length.
  return encode({ type: "response", answers: [{ ...canonical(record), name: "." }] }).subarray(23);
}

function canonical(record: Answer): Answer {
  if (record.type === "CNAME" || record.type === "DNAME" || record.type === "NS")
    return { ...record, data: lowerName(record.data) };
  if (record.type !== "SOA") return record;
  const { mname, rname } = record.data;
  return { ...record, data: { ...record.data, mname: lowerName(mname), rname: rname.toLowerCase() } };
}

function wireName(name: string): Buffer {
  const labels = name === "." ? [] : name.split(".");
  return Buffer.concat([
    ...labels.map((label) => Buffer.concat([Buffer.from([Buffer.byteLength(label)]), Buffer.from(label)])),
    Buffer.from([0]),
  ]);
}

/** What was signed: the signature's own fields, then the records in their order (RFC 4034 section 3.1.8.1). */
function signedData(signature: RrsigData, records: readonly Answer[]): Buffer {
  const unsigned = {
    ...signature,
    signersName: lowerName(signature.signersName),
    signature: Buffer.alloc(0),
  };
  const head = recordBytes({ type: "RRSIG", name: ".", data: unsigned });
  const bodies = records.map(recordBytes).toSorted((a, b) => Buffer.compare(a, b));
  return Buffer.concat([
    head,
    ...bodies.map((body) => Buffer.concat([ownerFields(signature, records[0]), lengthOf(body), body])),
  ]);
}

/** Owner, type, class and TTL; a wildcard's records are signed by its own name. */
function ownerFields({ labels, originalTTL }: RrsigData, record: Answer | undefined): Buffer {
  const name = record?.name ?? ".";
  const parts = name === "." ? [] : name.split(".");
  const owner = parts.length > labels ? ["*", ...parts.slice(parts.length - labels)].join(".") : name;
  // Type and class are where an encoded record has them.
  const typeAndClass = encode({
    type: "response",
    answers: record === undefined ? [] : [{ ...canonical(record), name: "." }],
  }).subarray(13, 17);
  const ttl = Buffer.alloc(4);
  ttl.writeUInt32BE(originalTTL);
  return Buffer.concat([wireName(owner), typeAndClass, ttl]);
}

function lengthOf(body: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(body.length);
  return length;
}

interface Algorithm {
  readonly hash: string | null;
  readonly key: (bytes: Buffer) => KeyObject;
}

const jwk = (key: Readonly<Record<string, string>>): KeyObject => createPublicKey({ key, format: "jwk" });
const base64 = (bytes: Buffer): string => bytes.toString("base64url");

/** RFC 3110. */
function rsaKey(bytes: Buffer): KeyObject {
  const isLong = bytes[0] === 0;
  const length = isLong ? bytes.readUInt16BE(1) : (bytes[0] ?? 0);
  const start = isLong ? 3 : 1;
  const [e, n] = [bytes.subarray(start, start + length), bytes.subarray(start + length)];
  return jwk({ kty: "RSA", n: base64(n), e: base64(e) });
}

const curveKey =
  (crv: string) =>
  (bytes: Buffer): KeyObject => {
    const half = bytes.length / 2;
    return jwk({ kty: "EC", crv, x: base64(bytes.subarray(0, half)), y: base64(bytes.subarray(half)) });
  };

const edwardsKey =
  (crv: string) =>
  (bytes: Buffer): KeyObject =>
    jwk({ kty: "OKP", crv, x: base64(bytes) });

/** Those in use, by IANA's numbers. */
const algorithms: Readonly<Record<number, Algorithm>> = {
  5: { hash: "sha1", key: rsaKey },
  7: { hash: "sha1", key: rsaKey },
  8: { hash: "sha256", key: rsaKey },
  10: { hash: "sha512", key: rsaKey },
  13: { hash: "sha256", key: curveKey("P-256") },
  14: { hash: "sha384", key: curveKey("P-384") },
  15: { hash: null, key: edwardsKey("Ed25519") },
  16: { hash: null, key: edwardsKey("Ed448") },
};

function isSignedBy({ algorithm, signature }: RrsigData, data: Buffer, { key }: DnskeyData): boolean {
  const known = algorithms[algorithm];
  if (known === undefined) return false;
  try {
    return verify(known.hash, data, { key: known.key(key), dsaEncoding: "ieee-p1363" }, signature);
  } catch {
    return false;
  }
}
