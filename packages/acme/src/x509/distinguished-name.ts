import { der, derOid, TAG } from "./der.ts";
import { DerReader } from "./der-reader.ts";

const COMMON_NAME = derOid("2.5.4.3");

/** A name of one attribute, in DER. */
export function commonName(text: string): Uint8Array {
  const attribute = der(TAG.sequence, COMMON_NAME, der(TAG.utf8String, Buffer.from(text, "utf8")));
  return der(TAG.sequence, der(TAG.set, attribute));
}

/**
 * The common name out of a name (RFC 5280 section 4.1.2.4); of several, the last, which is the most specific.
 *
 * @param name the content of the RDNSequence.
 * @returns null when there is none, or its text is of no kind that RFC 5280 knows.
 * @throws DerError
 */
export function readCommonName(name: Uint8Array): string | null {
  let found: string | null = null;
  const sets = new DerReader(name);
  while (!sets.atEnd) {
    const set = sets.inner(TAG.set);
    while (!set.atEnd) {
      const attribute = set.inner(TAG.sequence);
      const isCommonName = COMMON_NAME_CONTENT.equals(attribute.content(TAG.oid));
      if (isCommonName) found = readText(attribute);
    }
  }
  return found;
}

const COMMON_NAME_CONTENT = Buffer.from(new DerReader(COMMON_NAME).content(TAG.oid));

/** RFC 5280 section 4.1.2.4, DirectoryString, and IA5String, which old issuers use. */
function readText(attribute: DerReader): string | null {
  const { tag, content } = attribute.any();
  const bytes = Buffer.from(content);
  switch (tag) {
    case TAG.utf8String:
      return bytes.toString("utf8");
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.teletexString:
      return bytes.toString("latin1");
    case TAG.bmpString:
      return bytes.length % 2 === 0 ? bytes.swap16().toString("utf16le") : null;
    default:
      return null;
  }
}
