import { createCipheriv, randomBytes } from "node:crypto";

/** AES-256-GCM as `sealed.lua` opens it: 12 bytes of nonce, the text, 16 bytes of tag; in base64. */
export function seal(key: Buffer, text: string, owner: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(owner));
  const sealed = Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString("base64");
}
