/** Asks a CA when a certificate is to be renewed (RFC 9773 section 4). */
import { type AcmeClient, AcmeError, ChainError, certificateId } from "@certmill/acme";
import { type Instant, instant, type RenewalWindow } from "@certmill/domain";
import { instantOrNull } from "./acme-facts.ts";
import { RequestsBackedUp } from "./slot-queue.ts";

export type RenewalAnswer =
  | {
      readonly kind: "told";
      readonly window: RenewalWindow;
      readonly explanationUrl: string | null;
      readonly retryAt: Instant | null;
    }
  /** The CA is in trouble, or was not reached. */
  | { readonly kind: "trouble"; readonly retryAt: Instant | null }
  /** The CA does not know the certificate, or its answer makes no sense. */
  | { readonly kind: "useless"; readonly retryAt: Instant | null }
  /** It was not asked: its requests are paced. */
  | { readonly kind: "not-asked"; readonly retryAt: Instant }
  /** The CA has no renewal information. */
  | { readonly kind: "not-offered" };

/** @throws the signal's reason; the database's errors. */
export async function askForRenewal(
  client: AcmeClient,
  ariId: string,
  signal: AbortSignal,
): Promise<RenewalAnswer> {
  try {
    const { resource, retryAt } = await client.renewalInfo(ariId, signal);
    const { start, end, explanationUrl } = resource;
    const window = { start: instant(start), end: instant(end) };
    return { kind: "told", window, explanationUrl, retryAt: instantOrNull(retryAt) };
  } catch (error) {
    if (error instanceof RequestsBackedUp) return { kind: "not-asked", retryAt: error.retryAt };
    if (!(error instanceof AcmeError)) throw error;
    return refusal(error);
  }
}

function refusal({ code, problem }: AcmeError): RenewalAnswer {
  if (code === "not-offered") return { kind: "not-offered" };
  const retryAt = instantOrNull(problem?.retryAt ?? null);
  const isTrouble =
    problem === null ? code === "transport" : (problem.status ?? 0) >= 500 || problem.status === 429;
  return { kind: isTrouble ? "trouble" : "useless", retryAt };
}

/** How a stored certificate is asked for, by its chain; null when renewal information has no name for it. */
export function ariIdOf(chainPem: string): string | null {
  try {
    return certificateId(chainPem);
  } catch (error) {
    if (!(error instanceof ChainError)) throw error;
    return null;
  }
}
