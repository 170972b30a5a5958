/** A certificate and its key in files whose paths are known, as every program but `dir` keeps them. */
import type { X509Certificate } from "node:crypto";
import { assemble } from "./assemble.ts";
import { readBytes } from "./files.ts";
import { type FoundCertificate, Unusable } from "./found.ts";
import { type Material, readMaterial } from "./material.ts";

export interface Pair extends Pick<FoundCertificate, "name" | "directory" | "accountUrl"> {
  /** With its chain behind it, or in `chain`. */
  readonly certificate: string;
  readonly chain?: string;
  readonly key: string;
}

/** @param now milliseconds since the epoch. @throws Unusable */
export async function readPair(
  { certificate: path, chain, key, ...known }: Pair,
  now: number,
): Promise<FoundCertificate> {
  const { certificates } = await readWhole(path);
  const leaf = certificates[0];
  if (leaf === undefined) throw new Unusable(path, "no-certificate", "There is no certificate in it.");
  const above = chain === undefined ? [] : (await readWhole(chain)).certificates;
  const { keys } = await readWhole(key);
  if (keys.length === 0) throw new Unusable(key, "no-key", "There is no private key in it.");
  const others: X509Certificate[] = [...certificates.slice(1), ...above];
  return assemble({ path, leaf, others, keys, ...known }, now);
}

/** @throws Unusable also where a part of it is damaged. */
async function readWhole(path: string): Promise<Material> {
  const material = readMaterial(await readBytes(path), path);
  const [fault] = material.faults;
  if (fault !== undefined) throw fault;
  return material;
}

/** A private key by itself, PKCS #8. @throws Unusable */
export async function readKeyPem(path: string): Promise<string> {
  const [key] = (await readWhole(path)).keys;
  if (key === undefined) throw new Unusable(path, "account-unusable", "There is no private key in it.");
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}
