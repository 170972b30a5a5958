import { DerReader, dottedIdentifier } from "./der-reader.ts";

export interface CertificateExtension {
  /** In dotted form. */
  readonly oid: string;
  readonly critical: boolean;
  /** DER, without the OCTET STRING around it. */
  readonly value: Buffer;
}

/** The extensions of a certificate in DER, as they stand: RFC 5280 section 4.1. @throws DerError */
export function readExtensions(certificate: Buffer): readonly CertificateExtension[] {
  const toBeSigned = new DerReader(
    new DerReader(new DerReader(certificate).read(0x30).content).read(0x30).content,
  );
  const found: CertificateExtension[] = [];
  while (!toBeSigned.done) {
    const { tag, content } = toBeSigned.readAny();
    if (tag !== 0xa3) continue;
    const list = new DerReader(new DerReader(content).read(0x30).content);
    while (!list.done) found.push(readExtension(new DerReader(list.read(0x30).content)));
  }
  return found;
}

function readExtension(fields: DerReader): CertificateExtension {
  const oid = dottedIdentifier(fields.read(0x06).content);
  const critical = fields.readOptional(0x01)?.content[0] === 0xff;
  return { oid, critical, value: fields.read(0x04).content };
}
