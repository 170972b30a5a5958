import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { after, type Duration, days, type Instant, instant } from "@certmill/domain";
import { validityFrom } from "../ca/validity.ts";
import { certificatePem, keyIdentifier, signCertificate } from "./certificate.ts";
import type { Identifier } from "./identifier.ts";

/** A key that signs, with the name it signs under. */
interface Authority {
  readonly name: string;
  readonly key: KeyObject;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
}

export interface IssuedCertificate {
  /** Lower-case hex. */
  readonly serial: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** DER of the leaf. */
  readonly leaf: Buffer;
}

const LIFE = days(20 * 365);

/**
 * A root that signs one intermediate that signs every leaf; fresh P-256 keys, nothing is stored. Alternate roots sign the
 * same intermediate, as roots that came first or are trusted elsewhere do at public CAs.
 */
export class Hierarchy {
  readonly rootPem: string;
  readonly alternateRootPems: readonly string[];
  /** Of the key that signs the leaves: their authority key identifier. */
  readonly keyIdentifier: Buffer;
  readonly #intermediate: Authority;
  readonly #intermediatePem: string;
  readonly #alternateIntermediatePems: readonly string[];

  /**
   * @param now the roots are valid from a day before, and for 20 years.
   * @param alternates how many alternate roots there are.
   */
  constructor(label: string, now: Instant, alternates = 0) {
    const suffix = randomBytes(3).toString("hex");
    const root = authority(`${label} Root ${suffix}`);
    this.#intermediate = authority(`${label} Intermediate ${suffix}`);
    this.keyIdentifier = keyIdentifier(this.#intermediate.publicKey);
    const notBefore = instant(now - days(1));
    this.rootPem = authorityPem(root, root, notBefore, null);
    this.#intermediatePem = authorityPem(this.#intermediate, root, notBefore, 0);
    const roots = Array.from({ length: alternates }, (_, index) =>
      authority(`${label} Alternate Root ${index + 1} ${suffix}`),
    );
    this.alternateRootPems = roots.map((each) => authorityPem(each, each, notBefore, null));
    this.#alternateIntermediatePems = roots.map((each) =>
      authorityPem(this.#intermediate, each, notBefore, 0),
    );
  }

  /** Signs a server's certificate, valid for `validity` in all. */
  issue(
    publicKey: Buffer,
    identifiers: readonly Identifier[],
    validity: Duration,
    now: Instant,
  ): IssuedCertificate {
    const serial = serialNumber();
    const { notBefore, notAfter } = validityFrom(now, validity);
    const leaf = signCertificate(
      {
        serial,
        subject: null,
        issuer: this.#intermediate.name,
        notBefore,
        notAfter,
        publicKey,
        issuerPublicKey: this.#intermediate.publicKey,
        role: { kind: "server", identifiers },
      },
      this.#intermediate.key,
    );
    return { serial: serial.toString("hex"), notBefore, notAfter, leaf };
  }

  /**
   * A leaf, then the intermediate; the root is left out, as public CAs do. Then the same leaf with the intermediate
   * signed by each of the alternate roots.
   *
   * @param leaf DER.
   */
  chainPems(leaf: Buffer): readonly [string, ...string[]] {
    const leafPem = certificatePem(leaf);
    const alternates = this.#alternateIntermediatePems.map((pem) => leafPem + pem);
    return [leafPem + this.#intermediatePem, ...alternates];
  }
}

function authority(name: string): Authority {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { name, key: privateKey, publicKey: publicKey.export({ format: "der", type: "spki" }) };
}

function authorityPem(
  subject: Authority,
  issuer: Authority,
  notBefore: Instant,
  pathLength: number | null,
): string {
  const content = {
    serial: serialNumber(),
    subject: subject.name,
    issuer: issuer.name,
    notBefore,
    notAfter: after(notBefore, LIFE),
    publicKey: subject.publicKey,
    issuerPublicKey: issuer.publicKey,
    role: { kind: "authority", pathLength },
  } as const;
  return certificatePem(signCertificate(content, issuer.key));
}

/** 18 bytes as Let's Encrypt's, never starting with zero; half of them need a sign byte in DER. */
function serialNumber(): Buffer {
  const serial = randomBytes(18);
  if (serial[0] === 0) serial[0] = 1;
  return serial;
}
