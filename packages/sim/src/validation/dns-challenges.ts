import { createHash } from "node:crypto";
import type { Instant } from "@certmill/domain";
import { ISSUER_DOMAIN } from "../ca/authorization.ts";
import type { ValidationAttempt } from "../ca/authorizations.ts";
import type { NameTable } from "../dns/name-table.ts";
import { type ProblemDocument, problemDocument } from "../problem.ts";
import { persistentRecordFault } from "./persistent-record.ts";
import { nameProblem } from "./view.ts";

/** The texts of a name's TXT records. The name is in lower case, without a dot at its end. */
export type TextsOf = (name: string) => readonly string[] | Promise<readonly string[]>;

export type DnsAttempt = ValidationAttempt & {
  readonly type: "dns-01" | "dns-account-01" | "dns-persist-01";
};

/** What the challenges that look for TXT records go by. */
export interface DnsView {
  readonly names: NameTable;
  readonly textsOf: TextsOf;
  readonly now: Instant;
}

/**
 * Validates the challenges that are answered by a TXT record: RFC 8555 section 8.4, and the drafts
 * acme-dns-account-label and acme-dns-persist.
 *
 * @returns `null` when there is the right record, whatever others there are; else why not.
 */
export async function validateByTexts(
  attempt: DnsAttempt,
  { names, textsOf, now }: DnsView,
): Promise<ProblemDocument | null> {
  const isListed = names(attempt.identifier.value).kind === "wrong";
  const texts = isListed ? [] : await textsOf(recordName(attempt));
  return judgeTexts(attempt, { names, texts, now });
}

/** The same, with what was found. */
export function judgeTexts(
  attempt: DnsAttempt,
  { names, texts: found, now }: Omit<DnsView, "textsOf"> & { readonly texts: readonly string[] },
): ProblemDocument | null {
  const { type, identifier, keyAuthorization, accountUrl, wildcard } = attempt;
  const name = recordName(attempt);
  const listed = names(identifier.value);
  if (listed.kind === "wrong" && listed.as === "dns") return nameProblem(name, "TXT");
  if (listed.kind === "wrong" && listed.as === "connection")
    return problemDocument("dns", `DNS problem: query timed out looking up TXT for ${name}`);
  const texts = listed.kind === "wrong" ? ["wrong"] : found;
  const [first, ...others] = texts;
  if (first === undefined) return nameProblem(name, "TXT");
  if (type === "dns-persist-01") {
    const wanted = { issuer: ISSUER_DOMAIN, accountUrl, wildcard, now };
    const faults = texts.map((text) => persistentRecordFault(text, wanted));
    if (faults.includes(null)) return null;
    const detail = `No valid DNS-PERSIST-01 record found at ${name}: ${faults.join("; ")}`;
    return problemDocument("unauthorized", detail);
  }
  if (texts.includes(createHash("sha256").update(keyAuthorization).digest("base64url"))) return null;
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`;
  return problemDocument(
    "unauthorized",
    `Incorrect TXT record ${JSON.stringify(first.slice(0, 100))}${more} found at ${name}`,
  );
}

function recordName({ type, identifier, accountUrl }: DnsAttempt): string {
  switch (type) {
    case "dns-01":
      return `_acme-challenge.${identifier.value}`;
    case "dns-account-01":
      return `_${accountLabel(accountUrl)}._acme-challenge.${identifier.value}`;
    case "dns-persist-01":
      return `_validation-persist.${identifier.value}`;
  }
}

/** 80 bits of the URL's SHA-256: 16 digits of base32 (RFC 4648 section 6), in lower case. */
function accountLabel(accountUrl: string): string {
  const bits = BigInt(
    `0x${createHash("sha256").update(accountUrl).digest().subarray(0, 10).toString("hex")}`,
  );
  const digits = Array.from({ length: 16 }, (_, index) => Number((bits >> BigInt(75 - 5 * index)) & 31n));
  return digits.map((digit) => "abcdefghijklmnopqrstuvwxyz234567".charAt(digit)).join("");
}
