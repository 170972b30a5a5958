import type { Identifier } from "../wire/identifier.ts";
import { contextTag, der, TAG } from "./der.ts";
import { DerError, DerReader } from "./der-reader.ts";
import { ipBytes, ipText } from "./ip-address.ts";

/** The two kinds of GeneralName (RFC 5280 section 4.2.1.6) that a server is reached by. */
const DNS_NAME = contextTag(2);
const IP_ADDRESS = contextTag(7);

/** The value of the extension, in DER, with these names in this order. */
export function subjectAltName(identifiers: readonly Identifier[]): Uint8Array {
  return der(TAG.sequence, ...identifiers.map(generalName));
}

function generalName({ value }: Identifier): Uint8Array {
  const address = ipBytes(value);
  return address === null ? der(DNS_NAME, Buffer.from(value, "latin1")) : der(IP_ADDRESS, address);
}

/**
 * The names in the value of the extension, in its order: DNS names in lower case, IP addresses in their one text.
 * Kinds of names that no server is reached by are left out.
 *
 * @throws DerError, also for a DNS name of other than printable ASCII, or one that reads as an IP address: as text
 *   in one list, such names would pass for what they are not.
 */
export function readSubjectAltName(value: Uint8Array): readonly string[] {
  const names: string[] = [];
  const reader = new DerReader(value);
  const list = reader.inner(TAG.sequence);
  reader.end();
  while (!list.atEnd) {
    const { tag, content } = list.any();
    if (tag === DNS_NAME) names.push(readDnsName(content));
    if (tag === IP_ADDRESS) names.push(readAddress(content));
  }
  return names;
}

function readDnsName(content: Uint8Array): string {
  const name = Buffer.from(content).toString("latin1");
  if (!/^[\x21-\x7e]+$/.test(name) || ipBytes(name) !== null)
    throw new DerError("a DNS name that cannot be one");
  return name.toLowerCase();
}

function readAddress(content: Uint8Array): string {
  const text = ipText(content);
  if (text === null) throw new DerError(`an IP address of ${content.length} bytes`);
  return text;
}
