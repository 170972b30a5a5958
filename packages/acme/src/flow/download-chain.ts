import type { AcmeClient } from "../client/acme-client.ts";
import { type CertificateChain, parseChain } from "../x509/chain.ts";

/** The chains looked at for one certificate; CAs have two or three. */
const MOST_CHAINS = 10;

/**
 * Downloads a certificate with the chain whose topmost certificate names `issuer` as its issuer (RFC 8555
 * section 7.4.2, "alternate" links).
 *
 * @param issuer a common name, compared exactly; null: the CA's default chain.
 * @returns the first chain that fits; the default one when none does, as an outdated wish must not cost the
 *   certificate: `chain.issuers.at(-1)` tells.
 * @throws AcmeError; ChainError when a chain is none that could be served.
 */
export async function downloadChain(
  client: AcmeClient,
  { url, issuer }: { readonly url: string; readonly issuer: string | null },
  signal?: AbortSignal,
): Promise<CertificateChain> {
  const { resource, alternates } = await client.certificate(url, signal);
  const first = parseChain(resource);
  if (issuer === null || isFrom(first, issuer)) return first;
  for (const alternate of alternates.slice(0, MOST_CHAINS - 1)) {
    const chain = parseChain((await client.certificate(alternate, signal)).resource);
    if (isFrom(chain, issuer) && chain.leaf.fingerprint === first.leaf.fingerprint) return chain;
  }
  return first;
}

const isFrom = (chain: CertificateChain, issuer: string): boolean => chain.issuers.at(-1) === issuer;
