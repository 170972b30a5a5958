import { randomUUID } from "node:crypto";
import { SignJWT } from "jose";
import manifest from "../../package.json" with { type: "json" };
import type { EdgeIdentity, Membership } from "./edge-identity.ts";

/** The agent's own, as the server's list of edges shows it. */
export const version: string = manifest.version;

/** Seconds for which a token is good: what the server takes at most. */
const life = 300;
/** Seconds before its end in which a token is not used any more. */
const spare = 60;

/** A token for the server, a new one when the last has less than a minute left. */
export function tokenSource(
  { privateKey }: EdgeIdentity,
  { edgeId, audience }: Membership,
  now: () => number = Date.now,
): () => Promise<string> {
  let last: { readonly token: Promise<string>; readonly madeAt: number } | null = null;
  return () => {
    const at = Math.floor(now() / 1_000);
    // A clock that was set back makes a token of the future.
    if (last === null || at - last.madeAt >= life - spare || at < last.madeAt) {
      const token = new SignJWT({ ver: version })
        .setProtectedHeader({ alg: "Ed25519", typ: "certmill-edge+jwt" })
        .setSubject(edgeId)
        .setAudience(audience)
        .setJti(randomUUID())
        .setIssuedAt(at)
        .setExpirationTime(at + life)
        .sign(privateKey);
      last = { token, madeAt: at };
    }
    return last.token;
  };
}

/** That whoever joins as `name` has the private key. */
export async function signJoinProof(
  { privateKey, publicJwk: { kty, crv, x } }: EdgeIdentity,
  name: string,
): Promise<string> {
  if (kty === undefined || crv === undefined || x === undefined)
    throw new TypeError("A key of Ed25519 has these.");
  return new SignJWT({})
    .setProtectedHeader({ alg: "Ed25519", typ: "certmill-join+jwt", jwk: { kty, crv, x } })
    .setSubject(name)
    .setAudience("certmill")
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime("2m")
    .sign(privateKey);
}
