import { createHash, type KeyObject, X509Certificate } from "node:crypto";
import type { Duration, Instant } from "@certmill/domain";
import { notFound, Refusal } from "../problem.ts";
import type { JsonRecord } from "../record.ts";
import type { CertificateRequest } from "../x509/certificate-request.ts";
import type { Hierarchy } from "../x509/hierarchy.ts";
import type { Identifier } from "../x509/identifier.ts";
import { type Account, refuseForeign } from "./accounts.ts";

/** A certificate this CA has signed. Only its revocation can change. */
export interface Certificate {
  readonly id: string;
  readonly account: Account;
  readonly identifiers: readonly Identifier[];
  readonly chainPem: string;
  /** RFC 5280 section 5.3.1; `null`: not revoked. */
  revokedFor: number | null;
}

/** Who asks for a revocation, RFC 8555 section 7.6. */
export type Revoker =
  | {
      readonly kind: "account";
      readonly account: Account;
      readonly holds: (identifiers: readonly Identifier[]) => boolean;
    }
  | { readonly kind: "key"; readonly key: KeyObject };

/** The reasons Boulder takes from subscribers. */
const REASONS: ReadonlySet<unknown> = new Set([undefined, 0, 1, 3, 4, 5]);

/** What this CA has issued. */
export class Certificates {
  readonly #byId = new Map<string, Certificate>();
  readonly #byFingerprint = new Map<string, Certificate>();
  readonly #hierarchy: Hierarchy;
  readonly #validity: Duration;

  constructor(hierarchy: Hierarchy, validity: Duration) {
    this.#hierarchy = hierarchy;
    this.#validity = validity;
  }

  get count(): number {
    return this.#byId.size;
  }

  issue(
    account: Account,
    identifiers: readonly Identifier[],
    request: CertificateRequest,
    now: Instant,
  ): Certificate {
    const { serial, leaf, chainPem } = this.#hierarchy.issue(
      request.publicKey,
      identifiers,
      this.#validity,
      now,
    );
    const certificate: Certificate = { id: serial, account, identifiers, chainPem, revokedFor: null };
    this.#byId.set(serial, certificate);
    this.#byFingerprint.set(fingerprint(leaf), certificate);
    return certificate;
  }

  /** @throws Refusal 404 when there is none, or it is another account's. */
  find(account: Account, id: string | undefined): Certificate {
    const certificate = this.#byId.get(id ?? "");
    if (certificate === undefined) throw notFound("Certificate not found");
    refuseForeign(certificate.account, account, "certificate");
    return certificate;
  }

  /** @throws Refusal */
  revoke(revoker: Revoker, payload: JsonRecord): void {
    const { certificate: encoded, reason } = payload;
    const der = Buffer.from(typeof encoded === "string" ? encoded : "", "base64url");
    const certificate = this.#byFingerprint.get(fingerprint(der));
    if (certificate === undefined) throw notFound("Certificate from unrecognized issuer");
    if (!mayRevoke(revoker, certificate, der)) {
      throw new Refusal(
        "unauthorized",
        "requester does not control all names in certificate with this serial",
      );
    }
    if (!REASONS.has(reason)) {
      throw new Refusal("badRevocationReason", `disallowed revocation reason: ${JSON.stringify(reason)}`);
    }
    if (certificate.revokedFor !== null) throw new Refusal("alreadyRevoked", "Certificate already revoked");
    certificate.revokedFor = typeof reason === "number" ? reason : 0;
  }
}

function mayRevoke(revoker: Revoker, certificate: Certificate, der: Buffer): boolean {
  switch (revoker.kind) {
    case "account":
      return revoker.account === certificate.account || revoker.holds(certificate.identifiers);
    case "key":
      return new X509Certificate(der).publicKey.equals(revoker.key);
  }
}

const fingerprint = (der: Uint8Array): string => createHash("sha256").update(der).digest("base64");
