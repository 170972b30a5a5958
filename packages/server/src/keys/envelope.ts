/**
 * Envelope encryption: each secret is sealed with AES-256-GCM under a data key of its own, and that data key
 * under a key-encryption key. Rotation rewraps the 32-byte data keys; the secrets themselves are not touched.
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { Sealed, WrappedKey } from "../store/secrets.ts";
import { type KeyRing, UnknownKey } from "./key-ring.ts";

/** The stored bytes do not decrypt: damaged, or written under another key of the same id. */
export class SecretDamaged extends Error {
  readonly code = "secret-damaged";
}

const nonceLength = 12;
const tagLength = 16;
const keyLength = 32;

export function seal(ring: KeyRing, plaintext: Uint8Array): Sealed {
  const dataKey = randomBytes(keyLength);
  const { id, key } = ring.current;
  return {
    kekId: id,
    wrappedKey: encrypt(key, dataKey, id),
    ciphertext: encrypt(dataKey, plaintext, ""),
  };
}

/** @throws UnknownKey when the ring lacks the wrapping key; SecretDamaged when the bytes are not authentic. */
export function open(ring: KeyRing, sealed: Sealed): Uint8Array {
  return decrypt(unwrap(ring, sealed), sealed.ciphertext, "");
}

/** The same secret, its data key wrapped by the ring's current key. */
export function rewrap(ring: KeyRing, sealed: WrappedKey): WrappedKey {
  const { id, key } = ring.current;
  return { kekId: id, wrappedKey: encrypt(key, unwrap(ring, sealed), id) };
}

function unwrap(ring: KeyRing, { kekId, wrappedKey }: WrappedKey): Uint8Array {
  const key = ring.find(kekId);
  if (key === null) throw new UnknownKey(kekId);
  return decrypt(key, wrappedKey, kekId);
}

function encrypt(key: Uint8Array, plaintext: Uint8Array, bound: string): Uint8Array {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(bound));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Uint8Array, sealed: Uint8Array, bound: string): Uint8Array {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, nonceLength), {
      // Without it a shorter tag would do.
      authTagLength: tagLength,
    });
    decipher.setAAD(Buffer.from(bound));
    decipher.setAuthTag(sealed.subarray(-tagLength));
    return Buffer.concat([decipher.update(sealed.subarray(nonceLength, -tagLength)), decipher.final()]);
  } catch (cause) {
    throw new SecretDamaged(
      "A stored secret does not decrypt: it is damaged, or its key-encryption key was replaced by another of the same id.",
      { cause },
    );
  }
}
