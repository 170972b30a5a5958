import type { CertificateFacts } from "./certificate.ts";
import { parseChain } from "./chain.ts";

/**
 * How renewal information and an order's `replaces` name a certificate (RFC 9773 section 4.1): the authority key
 * identifier and the serial number, each in base64url, with a dot between.
 *
 * @param certificate what {@link parseChain} says of the leaf, or the PEM of a chain.
 * @returns null for a certificate without an authority key identifier: RFC 9773 has no name for it.
 * @throws ChainError for a PEM that {@link parseChain} does not take.
 */
export function certificateId(
  certificate: Pick<CertificateFacts, "authorityKeyId" | "serialBytes"> | string,
): string | null {
  const { authorityKeyId, serialBytes } =
    typeof certificate === "string" ? parseChain(certificate).leaf : certificate;
  if (authorityKeyId === null) return null;
  const serial = Buffer.from(serialBytes).toString("base64url");
  return `${Buffer.from(authorityKeyId, "hex").toString("base64url")}.${serial}`;
}
