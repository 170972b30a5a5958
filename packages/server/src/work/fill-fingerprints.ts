import { keyFingerprintOf } from "../effects/key-fingerprint.ts";
import type { Db } from "../store/database.ts";
import { readWithoutFingerprint, storeFingerprints } from "../store/key/key-fingerprints.ts";

const batch = 1_000;

/** Reads the keys' fingerprints of up to a thousand certificates from their chains. @returns whether more may be without. */
export async function fillFingerprints(db: Db): Promise<boolean> {
  const without = await readWithoutFingerprint(db, batch);
  if (without.length === 0) return false;
  await storeFingerprints(db, new Map(without.map(({ id, chainPem }) => [id, keyFingerprintOf(chainPem)])));
  return without.length === batch;
}

/** The same for all of them, until `signal` aborts. */
export async function fillAllFingerprints(db: Db, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (await fillFingerprints(db)));
}
