import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { EdgeFault } from "../edge-fault.ts";

/** What a sealed text begins with; the key's id follows, then what was sealed, in base64. */
const head = "certmill-sealed-1";
const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** Seals texts that lie on the edge's disk, with AES-256-GCM: who reads the disk alone has none of them. */
export class FileSeal {
  readonly #key: Uint8Array;
  readonly #id: string;

  /** @param key 32 bytes. */
  constructor(key: Uint8Array) {
    this.#key = key;
    // Of the key's hash, which leads back to no random key.
    this.#id = createHash("sha256").update(key).digest("hex").slice(0, 16);
  }

  seal(text: string): string {
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, this.#key, nonce).setAAD(Buffer.from(head));
    const sealed = Buffer.concat([sealing.update(text, "utf8"), sealing.final()]);
    return `${head} ${this.#id} ${Buffer.concat([nonce, sealing.getAuthTag(), sealed]).toString("base64")}\n`;
  }

  /** Null: it is not sealed, by another key, or not whole. */
  open(text: string): string | null {
    const [mark, id, content = ""] = text.trimEnd().split(" ");
    if (mark !== head || id !== this.#id) return null;
    const bytes = Buffer.from(content, "base64");
    if (bytes.length < nonceBytes + tagBytes) return null;
    const opening = createDecipheriv(cipher, this.#key, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    opening.setAAD(Buffer.from(head)).setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    try {
      const start = opening.update(bytes.subarray(nonceBytes + tagBytes));
      return Buffer.concat([start, opening.final()]).toString("utf8");
    } catch {
      return null;
    }
  }
}

export const isSealed = (text: string): boolean => text.startsWith(`${head} `);

/** The environment's variable with the key, where no file is named. */
export const sealKeyVariable = "CERTMILL_EDGE_SEAL_KEY";

/**
 * The seal that an agent is to use.
 *
 * @param file with the key; null: the environment has it, or files are not sealed.
 * @returns null: they are not.
 * @throws {EdgeFault} `usage`: it cannot be read, or is no key.
 */
export async function readSeal(
  file: string | null,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<FileSeal | null> {
  const given = environment[sealKeyVariable];
  if (file === null && given === undefined) return null;
  const text =
    file === null
      ? (given ?? "")
      : await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
          throw new EdgeFault("usage", `${file} cannot be read (${error.code}).`, { cause: error });
        });
  const key = Buffer.from(text.trim(), "base64");
  if (/^[A-Za-z0-9+/]{43}=$/.test(text.trim()) && key.length === 32) return new FileSeal(key);
  throw new EdgeFault(
    "usage",
    `${file ?? sealKeyVariable} must hold a key of 32 bytes in base64, as \`openssl rand -base64 32\` prints it.`,
  );
}
