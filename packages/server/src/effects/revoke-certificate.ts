/** Tells a CA that a certificate is revoked (RFC 8555 section 7.6). */
import { type KeyObject, X509Certificate } from "node:crypto";
import { type AcmeClient, AcmeError } from "@certmill/acme";
import { type Instant, instant, type RevocationReason } from "@certmill/domain";
import { problemText } from "./acme-facts.ts";
import { RequestsBackedUp } from "./slot-queue.ts";

export type RevocationAnswer =
  | { readonly kind: "revoked" }
  /** The CA is in trouble, or was not reached. `retryAt`: when it asks us to come back; null: it does not say. */
  | { readonly kind: "trouble"; readonly retryAt: Instant | null; readonly detail: string }
  /** It was not told: requests are paced. */
  | { readonly kind: "not-told"; readonly retryAt: Instant }
  /** It will not, in its own words. */
  | { readonly kind: "refused"; readonly detail: string };

export interface RevocationOrder {
  /** Of the certificate, leaf first. */
  readonly chainPem: string;
  readonly reason: RevocationReason;
  /**
   * The certificate's own key. A compromise is told with it: only then does Let's Encrypt take the key for compromised, and
   * refuse it to everybody. null: it is told by the account.
   */
  readonly certificateKey: KeyObject | null;
}

/** @throws the signal's reason; the database's errors. */
export async function revokeCertificate(
  client: AcmeClient,
  { chainPem, reason, certificateKey }: RevocationOrder,
  signal: AbortSignal,
): Promise<RevocationAnswer> {
  const certificate = derOf(chainPem);
  if (certificate === null) return { kind: "refused", detail: "The stored certificate cannot be read." };
  try {
    const key = certificateKey === null ? {} : { certificateKey };
    // Revoked before, by us or by the CA, is as good.
    await client.revoke({ certificate, reason, ...key }, signal);
    return { kind: "revoked" };
  } catch (error) {
    if (error instanceof RequestsBackedUp) return { kind: "not-told", retryAt: error.retryAt };
    if (!(error instanceof AcmeError)) throw error;
    return answerOf(error);
  }
}

function derOf(chainPem: string): Uint8Array | null {
  try {
    return new X509Certificate(chainPem).raw;
  } catch {
    return null;
  }
}

function answerOf({ code, problem, message }: AcmeError): RevocationAnswer {
  const isTrouble =
    problem === null ? code === "transport" : (problem.status ?? 0) >= 500 || problem.status === 429;
  const detail = problem === null ? message : problemText(problem);
  if (!isTrouble) return { kind: "refused", detail };
  const retryAt = problem?.retryAt ?? null;
  return {
    kind: "trouble",
    retryAt: retryAt === null ? null : instant(retryAt),
    detail,
  };
}
