import type { KeyPair } from "../../install/check-key-pair.ts";

/**
 * Chain and key as HAProxy is given them over its socket. An empty line would end them there, and what follows would
 * be read as commands: only what stands between the marks of a PEM block is passed on.
 */
export function pemPayload({ chainPem, keyPem }: KeyPair): string {
  const blocks = `${chainPem}\n${keyPem}`.match(block) ?? [];
  return blocks.map((text) => `${text.replaceAll(/\s*\n\s*/g, "\n")}\n`).join("");
}

/** The same, and of the chain only its beginning. */
export function leafPayload({ chainPem, keyPem }: KeyPair): string {
  return pemPayload({ chainPem: chainPem.slice(0, leafEnd(chainPem)), keyPem });
}

/** What follows the leaf in a chain; empty: nothing. */
export const issuersOf = (chainPem: string): string => chainPem.slice(leafEnd(chainPem)).trim();

function leafEnd(chainPem: string): number {
  const at = chainPem.indexOf(endMark);
  return at === -1 ? chainPem.length : at + endMark.length;
}

const endMark = "-----END CERTIFICATE-----";
const block = /-----BEGIN ([A-Z0-9 ]+)-----[A-Za-z0-9+/=\s]+-----END \1-----/g;
