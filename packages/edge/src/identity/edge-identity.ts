/** Who an edge is: a key pair of its own, made here and never sent, and what the server calls it (decision 0028). */
import type { webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";
import { exportJWK, generateKeyPair, importJWK, type JWK } from "jose";
import { EdgeFault } from "../edge-fault.ts";
import { replaceFile } from "../install/durable-write.ts";

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
export async function loadIdentity(path: string): Promise<EdgeIdentity> {
  const stored = (await readStored(path)) ?? (await makeKey(path));
  return identityOf(stored);
}

/** Writes down what the server answered. */
export async function keepMembership(path: string, membership: Membership): Promise<EdgeIdentity> {
  const stored = await readStored(path);
  if (stored === null) throw new Error("An edge joins with a key that is on disk.");
  return identityOf(await write(path, { ...stored, membership }));
}

async function identityOf({ key, membership }: Stored): Promise<EdgeIdentity> {
  const { d: _, ...publicJwk } = key;
  return { privateKey: (await importJWK(key, "Ed25519")) as webcrypto.CryptoKey, publicJwk, membership };
}

async function makeKey(path: string): Promise<Stored> {
  const { privateKey } = await generateKeyPair("Ed25519", { extractable: true });
  const { kty = "", crv = "", x = "", d = "" } = await exportJWK(privateKey);
  return write(path, { key: { kty, crv, x, d }, membership: null });
}

async function write(path: string, stored: Stored): Promise<Stored> {
  await replaceFile(path, `${JSON.stringify(stored)}\n`, 0o600);
  return stored;
}

async function readStored(path: string): Promise<Stored | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    const stored = JSON.parse(text) as Partial<Stored>;
    if (stored.key?.kty === "OKP" && typeof stored.key.d === "string" && stored.membership !== undefined) {
      return { key: stored.key, membership: stored.membership };
    }
  } catch {
    // Told below.
  }
  throw new EdgeFault(
    "directory-unusable",
    `${path} is not an edge's identity. Remove it, and join again with a new join token.`,
  );
}
