/** What edges with a key of their own sign: their proof when they join, and the tokens that they come with (decision 0028). */
import { createPublicKey, type KeyObject } from "node:crypto";
import { type Instant, instant } from "@certmill/domain";
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import type { KeyedEdge } from "../../store/read/edges.ts";
import { Refusal } from "../refusal.ts";
import type { VerifiedToken } from "./verified-tokens.ts";

/** Three parts, where our own tokens are one. */
export const isSignedToken = (token: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token);

/** Seconds for which a token may be good. */
const longestLife = 300;
/** Seconds by which an edge's clock may be wrong. */
const skew = 60;

/**
 * What a token says that the edge signed.
 *
 * @throws {Refusal} `token-rejected`: it is not whole, not for this installation, or too old.
 */
export async function verifyEdgeToken(token: string, edge: KeyedEdge, now: Instant): Promise<VerifiedToken> {
  const { ver, iat, exp } = await verify(token, publicKeyOf(edge.public_key), {
    typ: "certmill-edge+jwt",
    audience: edge.installation,
    now,
    code: "token-rejected",
  });
  const end = Math.min(exp, iat + longestLife);
  return {
    edgeId: edge.id,
    publicKey: edge.public_key,
    installation: edge.installation,
    version: typeof ver === "string" && /^[\x21-\x7e]{1,50}$/.test(ver) ? ver : null,
    from: instant((iat - skew) * 1_000),
    until: instant((end + skew) * 1_000),
  };
}

/**
 * The public key that signed the proof, which carries it, once it is sure that the sender has the private one.
 *
 * @param name the edge's, which it must be about.
 * @throws {Refusal} `join-proof-rejected`
 */
export async function verifyJoinProof(proof: string, name: string, now: Instant): Promise<Uint8Array> {
  const raw = carriedKey(proof);
  const { sub } = await verify(proof, publicKeyOf(raw), {
    typ: "certmill-join+jwt",
    audience: "certmill",
    now,
    code: "join-proof-rejected",
  });
  if (sub !== name) throw new Refusal("join-proof-rejected", "The proof is for an edge of another name.");
  return raw;
}

interface Wanted {
  readonly typ: string;
  readonly audience: string;
  readonly now: Instant;
  readonly code: "token-rejected" | "join-proof-rejected";
}

/** Those that are required are there. */
type Claims = JWTPayload & { readonly iat: number; readonly exp: number };

async function verify(token: string, key: KeyObject, { typ, audience, now, code }: Wanted): Promise<Claims> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ["Ed25519", "EdDSA"],
      typ,
      audience,
      requiredClaims: ["sub", "iat", "exp", "jti"],
      maxTokenAge: longestLife,
      clockTolerance: skew,
      currentDate: new Date(now),
    });
    return payload as Claims;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw new Refusal(code, faultOf(error, now));
    throw error;
  }
}

/** The signature was right where a claim is at fault, so what is said here is told to the edge alone. */
function faultOf(error: errors.JOSEError, now: Instant): string {
  const isTime =
    error instanceof errors.JWTExpired ||
    (error instanceof errors.JWTClaimValidationFailed && ["iat", "nbf", "exp"].includes(error.claim));
  if (isTime) {
    return `The edge's token is not of this time: here it is ${new Date(now).toISOString()}. Set the clock of the edge's machine.`;
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === "aud") {
    return "The token is for another Certmill.";
  }
  return "The token is not signed as it must be.";
}

/** Whose it says it is, whoever signed it; null: it does not say. */
export function subjectOf(token: string): string | null {
  try {
    return decodeJwt(token).sub ?? null;
  } catch {
    return null;
  }
}

/** @throws {Refusal} `join-proof-rejected` */
function carriedKey(proof: string): Uint8Array {
  let x: unknown;
  try {
    const { jwk } = decodeProtectedHeader(proof);
    if (jwk?.kty === "OKP" && jwk.crv === "Ed25519") ({ x } = jwk);
  } catch {
    // It is no JWT, and so carries none.
  }
  if (typeof x === "string" && /^[\w-]{43}$/.test(x)) return Buffer.from(x, "base64url");
  throw new Refusal("join-proof-rejected", "The proof carries no public key of Ed25519.");
}

const publicKeyOf = (raw: Uint8Array): KeyObject =>
  createPublicKey({
    format: "jwk",
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(raw).toString("base64url") },
  });
