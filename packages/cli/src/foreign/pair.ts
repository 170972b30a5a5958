/** A certificate and its key in files whose paths are known, as every program but `dir` keeps them. */

import type { X509Certificate } from "node:crypto";
import { Unusable } from "@certmill/stores";
import { type FoundCertificate } from "./found.ts";
import { foundCertificate } from "./found-certificate.ts";
import { readWhole } from "./key-file.ts";

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
  return foundCertificate({ path, leaf, others, keys, ...known }, now);
}
