import type { KeyPair } from "../../install/check-key-pair.ts";

/** A chain with its key for Caddy. The issuers are one text for all that have the same: 10,000 certificates take half as much. */
export interface Bundle {
  readonly leaf: string;
  readonly issuers: string;
  readonly key: string;
}

/** A few are behind all certificates of an edge. */
const issuersKept = 50;
const knownIssuers = new Map<string, string>();

export function bundleOf({ chainPem, keyPem }: KeyPair): Bundle {
  const end = chainPem.indexOf("-----BEGIN", 1);
  const [leaf, issuers] =
    end === -1 ? [chainPem, ""] : [chainPem.slice(0, end), chainPem.slice(end).trimEnd()];
  return { leaf: ownText(leaf.trimEnd()), issuers: shared(issuers), key: ownText(keyPem.trimEnd()) };
}

export const textOf = ({ leaf, issuers, key }: Bundle): string =>
  issuers === "" ? `${leaf}\n${key}\n` : `${leaf}\n${issuers}\n${key}\n`;

function shared(issuers: string): string {
  const known = knownIssuers.get(issuers);
  if (known !== undefined) return known;
  if (knownIssuers.size === issuersKept) knownIssuers.clear();
  const own = ownText(issuers);
  knownIssuers.set(own, own);
  return own;
}

/** A part of a longer text keeps all of that in memory. */
const ownText = (part: string): string => Buffer.from(part).toString();
