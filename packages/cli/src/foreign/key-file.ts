/** Files that are certificates or a key and nothing else. */

import { createPrivateKey, type JsonWebKey } from "node:crypto";
import { type Material, readMaterial, Unusable } from "@certmill/stores";
import { parseJson, readBytes } from "./files.ts";

/** @throws Unusable also where a part of it is damaged. */
export async function readWhole(path: string): Promise<Material> {
  return wholeOf(await readBytes(path), path);
}

function wholeOf(bytes: Uint8Array, path: string): Material {
  const material = readMaterial(bytes, path);
  const [fault] = material.faults;
  if (fault !== undefined) throw fault;
  return material;
}

/** An account's private key, as PEM, DER or a JWK. @returns PKCS #8 PEM. @throws Unusable */
export async function readAccountKey(path: string): Promise<string> {
  const bytes = await readBytes(path);
  const text = Buffer.from(bytes).toString("utf8").trimStart();
  if (text.startsWith("{")) return keyOfJwk(parseJson(text, path), path);
  const [key] = wholeOf(bytes, path).keys;
  if (key === undefined) throw new Unusable(path, "account-unusable", "There is no private key in it.");
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function keyOfJwk(jwk: JsonWebKey, path: string): string {
  try {
    return createPrivateKey({ key: jwk, format: "jwk" }).export({ type: "pkcs8", format: "pem" }).toString();
  } catch {
    throw new Unusable(path, "account-unusable", "It is no private key as a JWK.");
  }
}
