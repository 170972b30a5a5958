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
      /** The name of this answer, to be asked with next time; null: none that is kept. */
      readonly etag: string | null;
      readonly retryAt: Instant | null;
    }
  /** All is as it was told with the entity tag that was asked with. */
  | { readonly kind: "unchanged"; readonly retryAt: Instant | null }
  /** The CA is in trouble, or was not reached. */
  | { readonly kind: "trouble"; readonly retryAt: Instant | null }
  /** The CA does not know the certificate, or its answer makes no sense. */
  | { readonly kind: "useless"; readonly retryAt: Instant | null }
  /** It was not asked: its requests are paced. */
  | { readonly kind: "not-asked"; readonly retryAt: Instant }
  /** The CA has no renewal information. */
  | { readonly kind: "not-offered" };

export interface RenewalQuestion {
  /** How the CA knows the certificate. */
  readonly ariId: string;
  /** Of what it told last; null: to be told whatever it is. */
  readonly etag: string | null;
}

/** Longer entity tags are not kept: they would cost more than the answers that they save. */
const longestEtag = 128;

/** @throws the signal's reason; the database's errors. */
export async function askForRenewal(
  client: AcmeClient,
  { ariId, etag: known }: RenewalQuestion,
  signal: AbortSignal,
): Promise<RenewalAnswer> {
  try {
    const answer =
      known === null
        ? await client.renewalInfo(ariId, signal)
        : await client.changedRenewalInfo(ariId, known, signal);
    const retryAt = instantOrNull(answer.retryAt);
    if (answer.resource === null) return { kind: "unchanged", retryAt };
    const { start, end, explanationUrl } = answer.resource;
    const window = { start: instant(start), end: instant(end) };
    const etag = answer.etag !== null && answer.etag.length <= longestEtag ? answer.etag : null;
    return { kind: "told", window, explanationUrl, etag, retryAt };
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
