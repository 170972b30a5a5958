import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { addressText } from "./address-bytes.ts";
import { DerError, DerReader, dottedIdentifier } from "./der-reader.ts";
import { type Identifier, identifierKey } from "./identifier.ts";
import { OID } from "./object-identifiers.ts";

/** A PKCS#10 request (RFC 2986) whose signature is right, or was not looked at. */
export interface CertificateRequest {
  /** `null`: neither key nor signature were looked at. */
  readonly key: KeyObject | null;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Buffer;
  /** Of the subject's common names and the subject alternative name, each once, lower case. */
  readonly identifiers: readonly Identifier[];
}

/** `malformed`: not a PKCS#10 request. `unacceptable`: one, but not to be signed. */
export class CertificateRequestError extends Error {
  override readonly name = "CertificateRequestError";
  readonly code: "malformed" | "unacceptable";

  constructor(code: "malformed" | "unacceptable", message: string) {
    super(message);
    this.code = code;
  }
}

const DIGESTS: Readonly<Record<string, string>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
};

/**
 * @param signatures `trust`: the key and the signature are not looked at.
 * @throws CertificateRequestError
 */
export function parseCertificateRequest(der: Uint8Array, signatures: "verify" | "trust"): CertificateRequest {
  try {
    return readRequest(der, signatures);
  } catch (error) {
    if (error instanceof DerError) throw new CertificateRequestError("malformed", error.message);
    throw error;
  }
}

function readRequest(der: Uint8Array, signatures: "verify" | "trust"): CertificateRequest {
  const outermost = new DerReader(der);
  const request = new DerReader(outermost.read(0x30).content);
  outermost.end();
  const info = request.read(0x30);
  const algorithm = dottedIdentifier(new DerReader(request.read(0x30).content).read(0x06).content);
  const signature = request.read(0x03).content.subarray(1);
  request.end();

  const fields = new DerReader(info.content);
  if (fields.read(0x02).content.toString("hex") !== "00") throw new DerError("the version is not 1");
  const subject = fields.read(0x30).content;
  const publicKey = fields.read(0x30).whole;
  const attributes = fields.readOptional(0xa0)?.content ?? Buffer.alloc(0);
  fields.end();

  const key =
    signatures === "trust" ? null : signersKey({ publicKey, algorithm, signature, signed: info.whole });
  const identifiers = [...commonNames(subject), ...alternativeNames(attributes)];
  return {
    key,
    publicKey,
    identifiers: [...new Map(identifiers.map((each) => [identifierKey(each), each])).values()],
  };
}

/** @throws CertificateRequestError when it did not sign. */
function signersKey(request: {
  readonly publicKey: Buffer;
  readonly algorithm: string;
  readonly signature: Buffer;
  readonly signed: Buffer;
}): KeyObject {
  const key = publicKeyObject(request.publicKey);
  const digest = DIGESTS[request.algorithm];
  if (digest === undefined)
    throw new CertificateRequestError("unacceptable", "signature algorithm not supported");
  if (!verify(digest, request.signed, key, request.signature)) {
    throw new CertificateRequestError("unacceptable", "invalid signature on CSR");
  }
  return key;
}

/** The sizes that Boulder takes: P-256, P-384, RSA of 2048, 3072 or 4096 bits. */
function publicKeyObject(publicKeyInfo: Buffer): KeyObject {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: publicKeyInfo, format: "der", type: "spki" });
  } catch {
    throw new CertificateRequestError("malformed", "the public key cannot be read");
  }
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const good =
    (key.asymmetricKeyType === "ec" && (namedCurve === "prime256v1" || namedCurve === "secp384r1")) ||
    (key.asymmetricKeyType === "rsa" && [2048, 3072, 4096].includes(modulusLength ?? 0));
  if (!good)
    throw new CertificateRequestError(
      "unacceptable",
      "invalid public key in CSR: key type or size not supported",
    );
  return key;
}

function commonNames(subject: Buffer): Identifier[] {
  const names: Identifier[] = [];
  for (const relative of elements(subject, 0x31)) {
    for (const attribute of elements(relative, 0x30)) {
      const reader = new DerReader(attribute);
      if (dottedIdentifier(reader.read(0x06).content) !== OID.commonName) continue;
      names.push({ type: "dns", value: reader.readAny().content.toString("latin1").toLowerCase() });
    }
  }
  return names;
}

function alternativeNames(attributes: Buffer): Identifier[] {
  const names: Identifier[] = [];
  for (const attribute of elements(attributes, 0x30)) {
    const reader = new DerReader(attribute);
    if (dottedIdentifier(reader.read(0x06).content) !== OID.extensionRequest) continue;
    const [requested] = elements(reader.read(0x31).content, 0x30);
    for (const extension of elements(requested ?? Buffer.alloc(0), 0x30)) {
      const fields = new DerReader(extension);
      if (dottedIdentifier(fields.read(0x06).content) !== OID.subjectAlternativeName) continue;
      fields.readOptional(0x01);
      names.push(...generalNames(fields.read(0x04).content));
    }
  }
  return names;
}

function generalNames(value: Buffer): Identifier[] {
  const outer = new DerReader(value);
  const list = new DerReader(outer.read(0x30).content);
  outer.end();
  const names: Identifier[] = [];
  while (!list.done) {
    const { tag, content } = list.readAny();
    const address = tag === 0x87 ? addressText(content) : null;
    if (tag === 0x82) names.push({ type: "dns", value: content.toString("latin1").toLowerCase() });
    else if (address !== null) names.push({ type: "ip", value: address });
    else
      throw new CertificateRequestError(
        "unacceptable",
        "CSR contains names that are neither DNS names nor IP addresses",
      );
  }
  return names;
}

/** The contents of a run of elements which all have this tag. */
function elements(content: Buffer, tag: number): Buffer[] {
  const reader = new DerReader(content);
  const found: Buffer[] = [];
  while (!reader.done) found.push(reader.read(tag).content);
  return found;
}
