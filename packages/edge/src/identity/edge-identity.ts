/** Who an edge is: a key pair of its own, made here and never sent, and what the server calls it (decision 0028). */
import type { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { EdgeFault } from "../edge-fault.ts";
import { replaceFile } from "../install/durable-write.ts";
import { type FileSeal, isSealed, sealKeyVariable } from "../install/file-seal.ts";

/** What the server answered when the edge joined. */
export interface Membership {
  readonly server: string;
  readonly edgeId: string;
  readonly edge: string;
  readonly edgeGroup: string;
  /** Whom the edge's tokens are for. */
  readonly audience: string;
}

export interface EdgeIdentity {
  readonly privateKey: webcrypto.CryptoKey;
  readonly publicJwk: JWK;
  /** Null: it has a key, and no server has taken it yet. */
  readonly membership: Membership | null;
}

interface Stored {
  readonly key: JWK;
  readonly membership: Membership | null;
}

/**
 * The identity in this file; a new key pair is made and written there where there is none, before anybody hears of it.
 *
 * @throws {EdgeFault} `directory-unusable`: the file is there and is none of ours.
 */
export async function loadIdentity(path: string, seal: FileSeal | null): Promise<EdgeIdentity> {
  const stored = (await readStored(path, seal)) ?? (await makeKey(path, seal));
  return identityOf(stored);
}

/** Writes down what the server answered. */
export async function keepMembership(
  path: string,
  membership: Membership,
  seal: FileSeal | null,
): Promise<EdgeIdentity> {
  const stored = await readStored(path, seal);
  if (stored === null) throw new Error("An edge joins with a key that is on disk.");
  return identityOf(await write(path, { ...stored, membership }, seal));
}

async function identityOf({ key, membership }: Stored): Promise<EdgeIdentity> {
  const { d: _, ...publicJwk } = key;
  return { privateKey: (await importJWK(key, "Ed25519")) as webcrypto.CryptoKey, publicJwk, membership };
}

async function makeKey(path: string, seal: FileSeal | null): Promise<Stored> {
  const { privateKey } = await generateKeyPair("Ed25519", { extractable: true });
  const { kty = "", crv = "", x = "", d = "" } = await exportJWK(privateKey);
  return write(path, { key: { kty, crv, x, d }, membership: null }, seal);
}

async function write(path: string, stored: Stored, seal: FileSeal | null): Promise<Stored> {
  const text = `${JSON.stringify(stored)}\n`;
  await replaceFile(path, seal === null ? text : seal.seal(text), 0o600);
  return stored;
}

/** One that lies there in the clear, and is to be sealed, is sealed. */
async function readStored(path: string, seal: FileSeal | null): Promise<Stored | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  const sealed = isSealed(text);
  if (sealed) text = unsealed(path, text, seal);
  try {
    const stored = JSON.parse(text) as Partial<Stored>;
    if (stored.key?.kty === "OKP" && typeof stored.key.d === "string" && stored.membership !== undefined) {
      const found = { key: stored.key, membership: stored.membership };
      return sealed || seal === null ? found : await write(path, found, seal);
    }
  } catch (error) {
    // No JSON is told below; the disk's no is the disk's.
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new EdgeFault(
    "directory-unusable",
    `${path} is not an edge's identity. Remove it, and join again with a new join token.`,
  );
}

function unsealed(path: string, text: string, seal: FileSeal | null): string {
  const opened = seal?.open(text) ?? null;
  if (opened !== null) return opened;
  const remedy =
    seal === null
      ? `Give its key with --seal-key-file or ${sealKeyVariable}`
      : "It is sealed with another key: give that one";
  throw new EdgeFault("directory-unusable", `${path} is sealed. ${remedy}, or remove it and join again.`);
}
