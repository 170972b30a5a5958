import { type KeyObject, X509Certificate } from "node:crypto";
import { after, type Duration, type Instant } from "@certmill/domain";
import { notFound, Refusal } from "../problem.ts";
import type { Random } from "../random.ts";
import type { JsonRecord } from "../record.ts";
import type { CertificateRequest } from "../x509/certificate-request.ts";
import type { Hierarchy } from "../x509/hierarchy.ts";
import type { Identifier } from "../x509/identifier.ts";
import { type Account, refuseForeign } from "./accounts.ts";
import { parseCertificateId } from "./certificate-id.ts";
import { ExpiryQueue } from "./expiry-queue.ts";
import { REMEMBERED_FOR } from "./order.ts";
import { type RenewalWindow, suggestedWindow, type Validity, windowOfRevoked } from "./renewal-window.ts";

/** A certificate this CA has signed. Only its revocation and its window can change. */
export interface Certificate {
  /** Its serial number, lower-case hex. */
  readonly id: string;
  readonly account: Account;
  readonly identifiers: readonly Identifier[];
  readonly validity: Validity;
  /** DER, a character for each byte: the smallest that it can be kept as. */
  readonly leaf: string;
  /** RFC 5280 section 5.3.1; `null`: not revoked. */
  revokedFor: number | null;
  /** `null`: the window follows from the validity. */
  movedWindow: RenewalWindow | null;
}

/** What a certificate is to be, beside its key. */
export interface Grant {
  readonly account: Account;
  readonly identifiers: readonly Identifier[];
  readonly life: Duration;
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

/** RFC 5280 section 5.3.1. */
const SUPERSEDED = 4;
const KEY_COMPROMISE = 1;

/** What this CA has issued. */
export class Certificates {
  readonly #byId = new Map<string, Certificate>();
  readonly #ends = new ExpiryQueue<Certificate>();
  readonly #hierarchy: Hierarchy;
  readonly #keyIdentifier: string;
  readonly #blockedKeys = new Set<string>();
  #issued = 0;

  constructor(hierarchy: Hierarchy) {
    this.#hierarchy = hierarchy;
    this.#keyIdentifier = hierarchy.keyIdentifier.toString("base64url");
  }

  /** All that were ever issued. */
  get count(): number {
    return this.#issued;
  }

  issue({ account, identifiers, life }: Grant, request: CertificateRequest, now: Instant): Certificate {
    const issued = this.#hierarchy.issue(request.publicKey, identifiers, life, now);
    for (const { id } of this.#ends.take(now)) this.#byId.delete(id);
    const { serial, leaf, notBefore, notAfter } = issued;
    const certificate: Certificate = {
      id: serial,
      account,
      identifiers,
      validity: { notBefore, notAfter },
      leaf: leaf.toString("latin1"),
      revokedFor: null,
      movedWindow: null,
    };
    this.#byId.set(serial, certificate);
    this.#ends.add(certificate, after(notAfter, REMEMBERED_FOR));
    this.#issued += 1;
    return certificate;
  }

  /** @throws Refusal 404 when there is none, or it is another account's. */
  find(account: Account, id: string | undefined): Certificate {
    const certificate = this.#byId.get(id ?? "");
    if (certificate === undefined) throw notFound("Certificate not found");
    refuseForeign(certificate.account, account, "certificate");
    return certificate;
  }

  /** The default chain, then the alternate ones (RFC 8555 section 7.4.2); never empty. */
  chainPems({ leaf }: Certificate): readonly string[] {
    return this.#hierarchy.chainPems(Buffer.from(leaf, "latin1"));
  }

  /** By the name of RFC 9773 section 4.1; `null`: none has it. @throws Refusal for a text of another form. */
  named(certificateId: string): Certificate | null {
    const id = parseCertificateId(certificateId);
    if (id?.keyIdentifier !== this.#keyIdentifier) return null;
    return this.#byId.get(id.serial) ?? null;
  }

  /** When the certificate of this name should be renewed. @throws Refusal 404 when there is none. */
  renewalWindow(certificateId: string, now: Instant): RenewalWindow {
    const certificate = this.named(certificateId);
    if (certificate === null) throw notFound("Certificate not found");
    return this.windowOf(certificate, now);
  }

  windowOf(certificate: Certificate, now: Instant): RenewalWindow {
    if (certificate.movedWindow !== null) return certificate.movedWindow;
    return certificate.revokedFor === null ? suggestedWindow(certificate.validity) : windowOfRevoked(now);
  }

  /** @throws RangeError for an unknown serial or a window that does not end after its start. */
  moveRenewalWindow(serialHex: string, window: RenewalWindow): void {
    const certificate = this.#byId.get(serialHex.toLowerCase());
    if (certificate === undefined) throw new RangeError(`no certificate has the serial number ${serialHex}`);
    if (!(window.start < window.end)) throw new RangeError("a renewal window must end after its start");
    certificate.movedWindow = window;
  }

  /**
   * An incident: a share of the certificates that are good now are revoked, and should have been renewed already.
   *
   * @returns their serial numbers in upper-case hex.
   */
  revokeMany(
    {
      share,
      explanationUrl,
      random,
    }: { readonly share: number; readonly explanationUrl: string; readonly random: Random },
    now: Instant,
  ): readonly string[] {
    const revoked: string[] = [];
    for (const certificate of this.#byId.values()) {
      if (certificate.revokedFor !== null || certificate.validity.notAfter < now || random() >= share)
        continue;
      certificate.revokedFor = SUPERSEDED;
      certificate.movedWindow = { ...windowOfRevoked(now), explanationUrl };
      revoked.push(certificate.id.toUpperCase());
    }
    return revoked;
  }

  /** @throws Refusal */
  revoke(revoker: Revoker, payload: JsonRecord): void {
    const { certificate: encoded, reason } = payload;
    const der = Buffer.from(typeof encoded === "string" ? encoded : "", "base64url");
    const certificate = this.#byId.get(serialOf(der) ?? "");
    if (certificate?.leaf !== der.toString("latin1")) throw notFound("Certificate from unrecognized issuer");
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
    if (revoker.kind === "key" && reason === KEY_COMPROMISE) this.#blockedKeys.add(spkiOf(revoker.key));
  }

  /** Whether its owner has shown it to be compromised: a revocation for that, signed with the key, as Boulder has it. */
  isBlocked(key: KeyObject): boolean {
    return this.#blockedKeys.has(spkiOf(key));
  }
}

const spkiOf = (key: KeyObject): string => key.export({ format: "der", type: "spki" }).toString("latin1");

function mayRevoke(revoker: Revoker, certificate: Certificate, der: Buffer): boolean {
  switch (revoker.kind) {
    case "account":
      return revoker.account === certificate.account || revoker.holds(certificate.identifiers);
    case "key":
      return new X509Certificate(der).publicKey.equals(revoker.key);
  }
}

/** In lower-case hex; `null`: there is none, as the bytes are no certificate. */
function serialOf(der: Buffer): string | null {
  try {
    return new X509Certificate(der).serialNumber.toLowerCase();
  } catch {
    return null;
  }
}
