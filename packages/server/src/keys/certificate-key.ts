/** The private keys that certificates are for. */
import { createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { KeyType } from "../store/schema/key.ts";

/** Makes a private key for a certificate. */
export type MakeKey = (type: KeyType) => Promise<KeyObject>;

const generate = promisify(generateKeyPair);

/** RSA keys are made in the thread pool: one takes about 50 ms of a core. */
export async function generateCertificateKey(type: KeyType): Promise<KeyObject> {
  const { privateKey } =
    type === "p256"
      ? await generate("ec", { namedCurve: "P-256" })
      : await generate("rsa", { modulusLength: 2048 });
  return privateKey;
}

/** PKCS #8 DER: what is sealed. */
export const exportKey = (key: KeyObject): Uint8Array => key.export({ format: "der", type: "pkcs8" });

export const importKey = (der: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.from(der), format: "der", type: "pkcs8" });

export const keyPem = (der: Uint8Array): string =>
  `-----BEGIN PRIVATE KEY-----\n${Buffer.from(der)
    .toString("base64")
    .replaceAll(/.{1,64}/g, "$&\n")}-----END PRIVATE KEY-----\n`;
