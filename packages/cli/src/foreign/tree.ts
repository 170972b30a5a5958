/**
 * Any tree of files: each certificate goes with the key that is its, wherever that lies, and with those that certify
 * it, in its own file or elsewhere. All of it is read before the first is told: some 6 KB for each certificate.
 */

import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { extname } from "node:path";
import { readMaterial, Unusable } from "@certmill/stores";
import { readBytes, targetOf, unreadable } from "./files.ts";
import { type Found, orUnusable } from "./found.ts";
import { foundCertificate } from "./found-certificate.ts";
import { filesUnder } from "./walk.ts";

interface Leaf {
  readonly path: string;
  readonly der: Uint8Array;
}

interface Tree {
  /** By fingerprint: the same one may lie in several files. */
  readonly leaves: Map<string, Leaf>;
  /** By the hash of the public key. */
  readonly keys: Map<string, KeyObject>;
  /** Those that certify others, by subject. */
  readonly issuers: Map<string, X509Certificate[]>;
}

/** @param now milliseconds since the epoch. */
export async function* readTree(root: string, now: number): AsyncGenerator<Found> {
  const tree: Tree = { leaves: new Map(), keys: new Map(), issuers: new Map() };
  const seen = new Set<string>();
  for await (const { path, fault } of filesUnder(root)) {
    if (fault !== null) yield unreadable(path, fault).item;
    const target = await targetOf(path);
    if (fault !== null || seen.has(target)) continue;
    seen.add(target);
    for (const unusable of await gather(tree, path)) yield unusable.item;
  }
  for (const { path, der } of tree.leaves.values()) {
    yield await orUnusable(async () => {
      const leaf = new X509Certificate(der);
      const key = tree.keys.get(hashOf(publicKeyOf(leaf, path)));
      const others = issuersOf(leaf, tree.issuers);
      const keys = key === undefined ? [] : [key];
      return foundCertificate(
        { path, leaf, others, keys, name: null, directory: null, accountUrl: null },
        now,
      );
    });
  }
}

const speaking: ReadonlySet<string> = new Set([".pem", ".crt", ".cer", ".der", ".key", ".p12", ".pfx"]);

/** @returns what is to be told. A file that is neither by its name nor by its content of our kind is passed over. */
async function gather(tree: Tree, path: string): Promise<readonly Unusable[]> {
  const isOurs = speaking.has(extname(path).toLowerCase());
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(path);
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return isOurs || error.code === "unreadable" ? [error] : [];
  }
  const { certificates, keys, faults } = readMaterial(bytes, path);
  for (const key of keys) tree.keys.set(hashOf(createPublicKey(key)), key);
  for (const certificate of certificates) add(tree, certificate, path);
  return isOurs ? faults : faults.filter(({ code }) => code === "key-encrypted");
}

function add({ leaves, issuers }: Tree, certificate: X509Certificate, path: string): void {
  if (!certificate.ca) {
    const { fingerprint256: print, raw: der } = certificate;
    if (!leaves.has(print)) leaves.set(print, { path, der });
    return;
  }
  const same = issuers.get(certificate.subject) ?? [];
  if (same.some(({ fingerprint256 }) => fingerprint256 === certificate.fingerprint256)) return;
  issuers.set(certificate.subject, [...same, certificate]);
}

/** @throws Unusable */
function publicKeyOf(leaf: X509Certificate, path: string): KeyObject {
  try {
    return leaf.publicKey;
  } catch {
    throw new Unusable(path, "not-understood", "The public key in it is damaged, or of an unknown kind.");
  }
}

const hashOf = (key: KeyObject): string => key.export({ type: "spki", format: "der" }).toString("base64");

/** Those of the names that lead up from a certificate. */
function issuersOf(
  leaf: X509Certificate,
  issuers: ReadonlyMap<string, readonly X509Certificate[]>,
): readonly X509Certificate[] {
  const found = new Set<X509Certificate>();
  const names = [leaf.issuer];
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    for (const issuer of issuers.get(name) ?? []) {
      if (found.has(issuer)) continue;
      found.add(issuer);
      names.push(issuer.issuer);
    }
  }
  return [...found];
}
