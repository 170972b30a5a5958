import { expect, test } from "vitest";
import type { ServedCertificate } from "../../agent.ts";
import type { KeyPair } from "../../install/check-key-pair.ts";
import { BundleCache } from "./bundle-cache.ts";

const pem = (what: string, of: string): string => `-----BEGIN ${what}-----\n${of}\n-----END ${what}-----\n`;

const pairOf = (name: string, issuer: string | null): KeyPair => ({
  chainPem: pem("CERTIFICATE", name) + (issuer === null ? "" : pem("CERTIFICATE", issuer)),
  keyPem: pem("PRIVATE KEY", name),
});

const textOf = ({ chainPem, keyPem }: KeyPair): string => chainPem + keyPem;

/** A disk that counts how often each is read. */
function disk() {
  const reads: string[] = [];
  const certificate = (key: string, pair: KeyPair | null): ServedCertificate => ({
    key,
    twin: null,
    read: async () => {
      reads.push(key);
      return pair;
    },
  });
  return { reads, certificate };
}

test("gives chain and key as they are, read once, however many ask at once and later", async () => {
  const { reads, certificate } = disk();
  const cache = new BundleCache(10);
  for (const issuer of ["one", "other", null]) {
    const pair = pairOf(`a of ${issuer}`, issuer);
    const asked = certificate(`a of ${issuer}`, pair);
    const told = await Promise.all([cache.get(asked), cache.get(asked), cache.get(asked)]);
    expect(new Set([...told, await cache.get(asked)])).toEqual(new Set([textOf(pair)]));
  }
  expect(reads).toEqual(["a of one", "a of other", "a of null"]);
});

test("keeps those that were asked for last", async () => {
  const { reads, certificate } = disk();
  const cache = new BundleCache(2);
  for (const key of ["a", "b", "a", "c", "a", "b"]) await cache.get(certificate(key, pairOf(key, "ca")));
  expect(reads).toEqual(["a", "b", "c", "b"]);
});

test("what is not on disk is looked for again, and a disk that fails is asked again", async () => {
  const { reads, certificate } = disk();
  const cache = new BundleCache(2);
  expect(await cache.get(certificate("a", null))).toBeNull();
  expect(await cache.get(certificate("a", pairOf("a", "ca")))).toBe(textOf(pairOf("a", "ca")));
  expect(reads).toEqual(["a", "a"]);
  const failing = { key: "b", twin: null, read: () => Promise.reject(new Error("EIO")) };
  await expect(cache.get(failing)).rejects.toThrow("EIO");
  expect(await cache.get(certificate("b", pairOf("b", "ca")))).toBe(textOf(pairOf("b", "ca")));
});

test("any number of issuers is told rightly", async () => {
  const { certificate } = disk();
  const cache = new BundleCache(200);
  const all = Array.from({ length: 120 }, (_, n) => pairOf(`leaf ${n}`, `issuer ${n}`));
  for (let round = 0; round < 2; round += 1)
    for (const [n, pair] of all.entries())
      expect(await cache.get(certificate(`leaf ${n}`, pair))).toBe(textOf(pair));
});
