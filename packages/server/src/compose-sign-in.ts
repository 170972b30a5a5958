/** How people sign in: the terms of their sessions, and the provider. */
import { readFile } from "node:fs/promises";
import type { Instant } from "@certmill/domain";
import { ConfigInvalid } from "./config/read-config.ts";
import type { SignInConfig } from "./config/sign-in-config.ts";
import { oidcProvider, type Sealing } from "./effects/oidc-provider.ts";
import type { SignInPorts } from "./http/ports.ts";
import { open, SecretDamaged, seal } from "./keys/envelope.ts";
import { type KeyRing, UnknownKey } from "./keys/key-ring.ts";

/** @throws {ConfigInvalid} where the client's secret cannot be read. */
export async function composeSignIn(
  { local, idle, longest, oidc, publicUrl }: SignInConfig,
  keyRing: () => KeyRing,
  now: () => Instant,
): Promise<SignInPorts> {
  const ports = { local, terms: { idle, longest } };
  if (oidc === null || publicUrl === null) return { ...ports, oidc: null };
  const { clientSecretFile, ...terms } = oidc;
  const clientSecret = clientSecretFile === null ? null : await readSecret(clientSecretFile);
  return { ...ports, oidc: oidcProvider({ ...terms, clientSecret, publicUrl }, sealing(keyRing), now) };
}

async function readSecret(path: string): Promise<string> {
  try {
    const secret = (await readFile(path, "utf8")).trim();
    if (secret !== "") return secret;
  } catch (error) {
    throw new ConfigInvalid([`oidc_client_secret_file: ${path} cannot be read: ${(error as Error).message}`]);
  }
  throw new ConfigInvalid([`oidc_client_secret_file: ${path} is empty.`]);
}

/** By the key-encryption keys, which every process has. */
const sealing = (keyRing: () => KeyRing): Sealing => ({
  seal: (text) => {
    const { kekId, wrappedKey, ciphertext } = seal(keyRing(), Buffer.from(text));
    const parts = [Buffer.from(kekId), wrappedKey, ciphertext];
    return parts.map((part) => Buffer.from(part).toString("base64url")).join(".");
  },
  open: (sealed) => {
    const [kekId = "", wrappedKey = "", ciphertext = ""] = sealed.split(".");
    try {
      const opened = open(keyRing(), {
        kekId: Buffer.from(kekId, "base64url").toString(),
        wrappedKey: Buffer.from(wrappedKey, "base64url"),
        ciphertext: Buffer.from(ciphertext, "base64url"),
      });
      return Buffer.from(opened).toString();
    } catch (error) {
      if (error instanceof SecretDamaged || error instanceof UnknownKey) return null;
      throw error;
    }
  },
});
