import { createHash } from "node:crypto";

/** What names of Kubernetes' objects look like (DNS-1123 subdomain), and how long they are at most; others take as much or more. */
const valid = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const most = 253;

/** How a name ends that could not be kept; a name of a lineage that ends so is not kept either. */
const digested = /-[0-9a-f]{16}$/;

/** How the names of the RSA certificates of pairs end, and no other. */
const rsaEnd = "-rsa";

/**
 * What the entry for a lineage is called where names are keys, by its first name: the name itself, as others can refer to it;
 * `*.example.com` is `wildcard.example.com`. Different names never get the same one: a host `wildcard.example.com` is
 * `wildcard-host.example.com`, and so on, and what is too long or has other characters ends in a digest.
 */
export function objectName(name: string): string {
  const kept = name.startsWith("*.") ? `wildcard${name.slice(1)}` : name.replace(hostLike, "$1-host.");
  const isTaken = digested.test(kept) || kept.endsWith(rsaEnd);
  if (kept.length <= most && valid.test(kept) && !isTaken) return kept;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 16);
  // Only to be read by people: the digest is what tells it from others.
  const readable = name
    .replaceAll(/[^a-z0-9.]+/g, "-")
    .slice(0, most - digest.length - 1)
    .replaceAll(/^[-.]+|[-.]+$/g, "")
    .replaceAll(/[-.]*\.[-.]*/g, ".");
  return readable === "" ? `name-${digest}` : `${readable}-${digest}`;
}

/** Whose entry it is. */
export interface NamedLineage {
  readonly lineageId: string;
  readonly names: readonly string[];
  /** The lineage of the same names whose RSA certificate this is; null: nobody's. */
  readonly twinOf: string | null;
}

/** What the entry for a certificate is called: that of a pair's RSA one like the other's, with `-rsa` behind it. */
export function entryName({ lineageId, names, twinOf }: NamedLineage): string {
  const name = names[0] ?? lineageId;
  if (twinOf === null) return objectName(name);
  const beside = `${objectName(name)}${rsaEnd}`;
  return beside.length <= most
    ? beside
    : `${objectName(`${name}+rsa`).slice(0, most - rsaEnd.length)}${rsaEnd}`;
}

/** Host names that would be taken for a wildcard's. */
const hostLike = /^(wildcard(?:-host)*)\./;
