import { createHash } from "node:crypto";
import { isDnsName } from "../x509/dns-name.ts";
import { acceptAccountUrl } from "./account-url.ts";
import { baseDomain, validationName } from "./validation-name.ts";

/** What a persistent record says (draft-ietf-acme-dns-persist). */
export interface DnsPersist01Record {
  /** The challenge's, or the directory's, list; the first is written. One to ten names. */
  readonly issuerDomainNames: readonly string[];
  /**
   * Whom the record is for, in the CA's form: what `accounturi` says in the challenge (draft 01), else the account's
   * URL (draft 00), or {@link dnsPersist01.hashedAccountUri} where the directory has a prefix for it (draft 02).
   */
  readonly accountUri: string;
  /** `wildcard`: for the domain's wildcard and all names below it, too. Without it, for the domain alone. */
  readonly policy?: "wildcard";
  /** The record's last instant, milliseconds since the epoch, written in whole seconds; without it, no end. */
  readonly persistUntil?: number;
}

/** Whose hash a record of draft 02 holds. */
export interface DnsPersist01Account {
  /** The directory's `meta.accountHashPrefix`. */
  readonly prefix: string;
  /** The one whose record it is, or "*" for a text that is the same in all domains' records, which links them. */
  readonly domain: string;
  /** The account key's, RFC 7638. After the key's change a new record is due. */
  readonly thumbprint: string;
  /** To the letter as the CA gave it. */
  readonly accountUrl: string;
}

/**
 * draft-ietf-acme-dns-persist: one TXT record, published once, under which a CA validates again and again. It has
 * no token. Records for several CAs or accounts stand side by side.
 *
 * The name and the form of the value are the same in drafts 00 to 02; whom `accounturi` names is not: see
 * {@link DnsPersist01Record.accountUri}. A value of more than 255 bytes is to be split into several strings of one
 * record, as any TXT.
 */
export const dnsPersist01 = {
  type: "dns-persist-01",

  /**
   * The record's name, such as "_validation-persist.example.com".
   *
   * @param domain in A-labels, with or without the "*." of a wildcard.
   * @throws TypeError for what is no DNS name, or too long a one.
   */
  name(domain: string): string {
    return validationName("_validation-persist", domain);
  },

  /**
   * The record's text, in the syntax of CAA's issue-value (RFC 8659 section 4.2).
   *
   * @throws TypeError for a list of issuers that the draft calls malformed, an account that cannot be written, or a
   *   time before the epoch.
   */
  value({ issuerDomainNames, accountUri, policy, persistUntil }: DnsPersist01Record): string {
    return [
      acceptIssuers(issuerDomainNames),
      `accounturi=${acceptParameter(accountUri)}`,
      ...(policy === undefined ? [] : [`policy=${policy}`]),
      ...(persistUntil === undefined ? [] : [`persistUntil=${wholeSeconds(persistUntil)}`]),
    ].join("; ");
  },

  /**
   * The account as draft 02 (section 4.1) has it in a record: a hash that tells those who do not know the account
   * nothing of it.
   *
   * @throws TypeError for what is no DNS name, thumbprint or URL.
   */
  hashedAccountUri({ prefix, domain, thumbprint, accountUrl }: DnsPersist01Account): string {
    const name = domain === "*" ? domain : baseDomain(domain);
    if (!/^[\w-]{43}$/.test(thumbprint)) throw new TypeError("a thumbprint is 43 characters of base64url");
    const hash = createHash("sha256")
      .update(Uint8Array.of(name.length))
      .update(name + thumbprint + acceptAccountUrl(accountUrl))
      .digest("base64url");
    return acceptParameter(`${prefix}sha-256/${hash}`);
  },
} as const;

const MOST_ISSUERS = 10;

function acceptIssuers(names: readonly string[]): string {
  const [first] = names;
  const isWellFormed = names.every((name) => isDnsName(name) && name === name.toLowerCase());
  if (first === undefined || names.length > MOST_ISSUERS || !isWellFormed)
    throw new TypeError(
      "a dns-persist-01 challenge has one to ten issuer domain names, in lower-case A-labels",
    );
  return first;
}

/** A URL that RFC 8659 can hold: no semicolon. */
function acceptParameter(url: string): string {
  if (!url.includes(";")) return acceptAccountUrl(url);
  throw new TypeError("the URL of an account with a semicolon cannot be in a TXT record");
}

function wholeSeconds(instant: number): number {
  const seconds = Math.floor(instant / 1_000);
  if (!Number.isSafeInteger(seconds) || seconds < 0) throw new TypeError("persistUntil is no instant");
  return seconds;
}
