/**
 * The key-encryption keys. A key file (or the setting that holds its text) has one key a line,
 * `<id> <32 bytes in base64>`; the first seals, all of them open. `#` begins a comment.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createWhole } from "../create-whole.ts";

export interface KeyEncryptionKey {
  readonly id: string;
  readonly key: Uint8Array;
}

export interface KeyRing {
  /** What new secrets are sealed with. */
  readonly current: KeyEncryptionKey;
  find(id: string): Uint8Array | null;
}

export class UnknownKey extends Error {
  readonly code = "unknown-key";
  constructor(id: string) {
    super(
      `A secret is sealed with the key-encryption key "${id}", which is not in the key file: add that key's line to it.`,
    );
  }
}

export class KeyFileInvalid extends Error {
  readonly code = "key-file-invalid";
}

const line = /^([A-Za-z0-9._-]{1,64})\s+([A-Za-z0-9+/]{43}=)$/;

/** @throws KeyFileInvalid naming the line, never its content. */
export function parseKeyRing(text: string): KeyRing {
  const keys = text
    .split("\n")
    .map((raw, index) => ({ raw: raw.replace(/#.*/, "").trim(), number: index + 1 }))
    .filter(({ raw }) => raw !== "")
    .map(({ raw, number }): KeyEncryptionKey => {
      const [, id, key] = line.exec(raw) ?? [];
      if (id === undefined || key === undefined) {
        throw new KeyFileInvalid(
          `Line ${number} of the key-encryption keys is not "<id> <32 bytes in base64>". Make a line with: certmill key create`,
        );
      }
      return { id, key: Buffer.from(key, "base64") };
    });
  const [current] = keys;
  if (current === undefined)
    throw new KeyFileInvalid("There is no key-encryption key. Make one with: certmill key create FILE");
  const byId = new Map(keys.map(({ id, key }) => [id, key]));
  if (byId.size !== keys.length) throw new KeyFileInvalid("Two key-encryption keys have the same id.");
  return { current, find: (id) => byId.get(id) ?? null };
}

export async function readKeyFile(path: string): Promise<KeyRing> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new KeyFileInvalid(
      `The key file ${path} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      { cause },
    );
  }
  return parseKeyRing(text);
}

/** A new line for a key file; the id is the day and four random characters. */
export function newKeyLine(now: Date): string {
  const id = `${now.toISOString().slice(0, 10)}-${randomBytes(2).toString("hex")}`;
  return `${id} ${randomBytes(32).toString("base64")}\n`;
}

/** Makes the file with one key, mode 0600. @returns false when it exists already: a key is never overwritten. */
export const createKeyFile = (path: string, now: Date): Promise<boolean> =>
  createWhole(path, newKeyLine(now));
