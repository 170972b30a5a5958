import { AcmeError } from "../wire/acme-error.ts";
import { parseRetryAfter } from "../wire/retry-after.ts";
import { secureUrl } from "../wire/secure-url.ts";
import type { AcmeHttpResponse } from "../wire/transport.ts";

/** An object of the CA as it is right now: plain data, fit for JSON. */
export interface Retrieved<T> {
  /** What the CA says. */
  readonly resource: T;
  /** The `Location` of the response, else the URL that was asked. */
  readonly url: string;
  /** When the CA wants to be asked again: milliseconds since the epoch, unclamped; null when it does not say. */
  readonly retryAt: number | null;
}

/** @param url the one that was asked; a relative `Location` is resolved against it. */
export function retrieved<T>(
  response: AcmeHttpResponse,
  { url, resource, now }: { readonly url: string; readonly resource: T; readonly now: number },
): Retrieved<T> {
  const retryAt = parseRetryAfter(response.headers.get("retry-after"), now);
  return { resource, url: location(response, url) ?? url, retryAt };
}

/** @throws AcmeError `bad-response` without a usable `Location`. */
export function requiredLocation(response: AcmeHttpResponse, url: string, resource: string): string {
  const value = location(response, url);
  if (value === null) throw new AcmeError("bad-response", `${resource}: no usable Location header`);
  return value;
}

function location(response: AcmeHttpResponse, url: string): string | null {
  const value = response.headers.get("location");
  return value === null ? null : secureUrl(value, url);
}
