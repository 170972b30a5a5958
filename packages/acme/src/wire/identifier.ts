import type { JsonRecord } from "./json-record.ts";

/** What a certificate is for: a DNS name as A-labels, or an address as text (RFC 8555 section 9.7.7, RFC 8738). */
export type Identifier = { readonly type: "dns" | "ip"; readonly value: string };

/** @throws AcmeError `bad-response` for a type we never ask for. */
export function readIdentifier(record: JsonRecord): Identifier {
  return { type: record.word("type", ["dns", "ip"]), value: record.string("value") };
}
