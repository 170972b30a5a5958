import { type CertificateFacts, certificateId } from "@certmill/acme";
import { instant } from "@certmill/domain";
import type { CertificateToStore } from "../store/decision/commit-issued.ts";

/** @param chainPem the certificate's own, from the leaf up. */
export const certificateToStore = (leaf: CertificateFacts, chainPem: string): CertificateToStore => ({
  serial: leaf.serial,
  issuer: leaf.issuer,
  notBefore: instant(leaf.notBefore),
  notAfter: instant(leaf.notAfter),
  fingerprint: leaf.fingerprint,
  spki: leaf.spkiHash,
  chainPem,
  ariId: certificateId(leaf),
});
