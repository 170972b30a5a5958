import { toASCII, toUnicode } from "tr46";

/**
 * UTS #46 as CAs and browsers apply it: nontransitional (`straße` keeps its ß), and every check on.
 * Lengths are checked by us, for a reason that says which label.
 */
const rules = {
  checkBidi: true,
  checkHyphens: true,
  checkJoiners: true,
  useSTD3ASCIIRules: true,
  transitionalProcessing: false,
  verifyDNSLength: false,
};

const plainAscii = /^[\x21-\x7e]+$/;

/**
 * `host` in lower case with each U-label as its A-label and each A-label proven to decode (RFC 5891 5.4),
 * or `null` when a label cannot be converted. Plain names come back as they are, well-formed or not.
 */
export function toALabels(host: string): string | null {
  if (plainAscii.test(host)) {
    const lower = host.toLowerCase();
    if (!lower.includes("xn--")) return lower;
  }
  return toASCII(host, rules);
}

/** The first label of `host` that alone cannot be converted; `null` when they only do not go together. */
export function unconvertibleLabel(host: string): string | null {
  // The four full stops of UTS #46: each separates labels.
  const labels = host.split(/[.\u3002\uff0e\uff61]/u);
  return labels.find((label) => toASCII(label, rules) === null) ?? null;
}

/** `name` as people write it: each A-label as its U-label; null: it is the same. */
export function toULabels(name: string): string | null {
  if (!name.includes("xn--")) return null;
  const { domain, error } = toUnicode(name, rules);
  return error ? null : domain;
}
