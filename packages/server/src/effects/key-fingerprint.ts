import { ChainError, parseChain } from "@certmill/acme";

/** SHA-256 of a stored certificate's public key, lower-case hex, by its chain; `""` when that cannot be read. */
export function keyFingerprintOf(chainPem: string): string {
  try {
    return parseChain(chainPem).leaf.spkiHash;
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return "";
  }
}
