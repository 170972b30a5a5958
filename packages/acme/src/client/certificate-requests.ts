/** What is asked of a CA about a certificate it has issued: the chain, its renewal information, its end. */
import { AccountKey } from "../wire/account-key.ts";
import { AcmeError } from "../wire/acme-error.ts";
import { NO_PAYLOAD } from "../wire/jws.ts";
import { linkTargets } from "../wire/link.ts";
import { secureUrl } from "../wire/secure-url.ts";
import type { AcmeHttpResponse } from "../wire/transport.ts";
import { offered } from "./directory.ts";
import {
  entityTag,
  parseRenewalInfo,
  type RetrievedRenewalInfo,
  renewalInfoRetryAt,
  type UnchangedRenewalInfo,
} from "./renewal-info.ts";
import { type Retrieved, retrieved } from "./retrieved.ts";
import { type RevocationRequest, revocationPayload } from "./revocation.ts";
import { JSON_TYPE, type SignedRequests } from "./signed-requests.ts";

/** A downloaded chain, PEM text as it came. */
export interface RetrievedChain extends Retrieved<string> {
  /** Where the same certificate is with other chains (RFC 8555 section 7.4.2); mostly empty. */
  readonly alternates: readonly string[];
}

const PEM_TYPE = "application/pem-certificate-chain";

export async function readCertificate(
  requests: SignedRequests,
  url: string,
  signal: AbortSignal | undefined,
): Promise<RetrievedChain> {
  const post = { resource: "certificate", url, payload: NO_PAYLOAD, accept: PEM_TYPE, signal } as const;
  const response = await requests.post(post);
  const links = linkTargets(response.headers.get("link"), "alternate", url);
  const alternates = links.flatMap((link) => secureUrl(link) ?? []);
  return { ...retrieved(response, { url, resource: response.body, now: requests.now() }), alternates };
}

/** As the account, or with the certificate's own key. @returns whether it was revoked by this request or before. */
export async function revokeCertificate(
  requests: SignedRequests,
  request: RevocationRequest,
  signal: AbortSignal | undefined,
): Promise<"revoked" | "already-revoked"> {
  const url = offered(await requests.directory(signal), "revokeCert");
  const payload = revocationPayload(request);
  const post = { resource: "revokeCert", url, payload, accept: JSON_TYPE, signal } as const;
  const { certificateKey } = request;
  try {
    if (certificateKey === undefined) await requests.post(post);
    else await requests.postAsKey(post, new AccountKey(certificateKey));
    return "revoked";
  } catch (error) {
    if (error instanceof AcmeError && error.problem?.type === "alreadyRevoked") return "already-revoked";
    throw error;
  }
}

export async function readRenewalInfo(
  requests: SignedRequests,
  certificateId: string,
  signal: AbortSignal | undefined,
): Promise<RetrievedRenewalInfo> {
  const url = await renewalInfoUrl(requests, certificateId, signal);
  const response = await requests.get("renewalInfo", url, { signal: signal ?? null });
  return renewalInfoOf(response, url, requests.now());
}

/** A conditional GET. @param known the certificate, and the entity tag that came with what is known of it. */
export async function readChangedRenewalInfo(
  requests: SignedRequests,
  { certificateId, etag }: { readonly certificateId: string; readonly etag: string },
  signal: AbortSignal | undefined,
): Promise<RetrievedRenewalInfo | UnchangedRenewalInfo> {
  const url = await renewalInfoUrl(requests, certificateId, signal);
  const response = await requests.get("renewalInfo", url, { etag, signal: signal ?? null });
  const now = requests.now();
  if (response.status !== 304) return renewalInfoOf(response, url, now);
  const { resource, retryAt } = retrieved(response, { url, resource: null, now });
  return { resource, retryAt: renewalInfoRetryAt(retryAt, now) };
}

async function renewalInfoUrl(
  requests: SignedRequests,
  certificateId: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const base = offered(await requests.directory(signal), "renewalInfo");
  return `${base.replace(/\/$/, "")}/${certificateId}`;
}

function renewalInfoOf(response: AcmeHttpResponse, url: string, now: number): RetrievedRenewalInfo {
  const info = retrieved(response, { url, resource: parseRenewalInfo(response.body), now });
  return { ...info, retryAt: renewalInfoRetryAt(info.retryAt, now), etag: entityTag(response.headers) };
}
