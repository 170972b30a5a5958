import type { KeyObject } from "node:crypto";
import { generateCertificateKey, type MakeKey } from "../../packages/server/src/keys/certificate-key.ts";
import type { KeyType } from "../../packages/server/src/store/schema/key.ts";

const poolSize = 16;

/** Keys that are made once and taken in turns: a run in virtual time is not about making keys. */
export function cannedKeys(): MakeKey {
  const pools = new Map<KeyType, Promise<KeyObject>[]>();
  let taken = 0;
  return (type) => {
    const pool = pools.get(type) ?? Array.from({ length: poolSize }, () => generateCertificateKey(type));
    pools.set(type, pool);
    taken += 1;
    return pool[taken % poolSize] ?? generateCertificateKey(type);
  };
}
