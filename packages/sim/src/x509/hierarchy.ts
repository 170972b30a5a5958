import { generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { after, type Duration, days, type Instant, instant, seconds } from "@certmill/domain";
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
  /** Leaf, then intermediate; the root is left out, as public CAs do. */
  readonly chainPem: string;
}

const LIFE = days(20 * 365);

/** A root that signs one intermediate that signs every leaf; fresh P-256 keys, nothing is stored. */
export class Hierarchy {
  readonly rootPem: string;
  /** Of the key that signs the leaves: their authority key identifier. */
  readonly keyIdentifier: Buffer;
  readonly #intermediate: Authority;
  readonly #intermediatePem: string;

  /** @param now the root is valid from a day before, and for 20 years. */
  constructor(label: string, now: Instant) {
    const suffix = randomBytes(3).toString("hex");
    const root = authority(`${label} Root ${suffix}`);
    this.#intermediate = authority(`${label} Intermediate ${suffix}`);
    this.keyIdentifier = keyIdentifier(this.#intermediate.publicKey);
    const notBefore = instant(now - days(1));
    this.rootPem = authorityPem(root, root, notBefore, null);
    this.#intermediatePem = authorityPem(this.#intermediate, root, notBefore, 0);
  }

  /** Signs a server's certificate, valid from an hour ago (clocks differ) and for `validity` in all. */
  issue(
    publicKey: Buffer,
    identifiers: readonly Identifier[],
    validity: Duration,
    now: Instant,
  ): IssuedCertificate {
    const serial = serialNumber();
    // Certificates count whole seconds.
    const notBefore = instant(Math.floor(now / 1_000) * 1_000 - seconds(3_600));
    const notAfter = instant(after(notBefore, validity) - seconds(1));
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
    return {
      serial: serial.toString("hex"),
      notBefore,
      notAfter,
      leaf,
      chainPem: certificatePem(leaf) + this.#intermediatePem,
    };
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
