import { problemDocument } from "../problem.ts";
import type { Instead } from "./alteration.ts";

/**
 * 429 without Retry-After, as Let's Encrypt refuses an account's new orders for a name it has paused: waiting
 * does not help, a person must go to the portal.
 */
export const paused = (portalUrl: string): Instead =>
  rateLimited(`New orders of this account for some of the names are on hold. Please visit: ${portalUrl}`);

/**
 * 429 with Retry-After and a link to the limit's page, as Let's Encrypt has it.
 *
 * @param limitName fragment of the page's URL, such as `new-orders-per-account`.
 * @param retryAfterSeconds whole seconds.
 */
export function overQuota(limitName: string, retryAfterSeconds: number): Instead {
  const page = `https://ca.certmill.test/docs/rate-limits/#${limitName}`;
  return rateLimited(`too many requests for the limit ${limitName}, see ${page}`, {
    "Retry-After": String(retryAfterSeconds),
    Link: `<${page}>;rel="help"`,
  });
}

/** 503 without Retry-After and nonce: a CA that is too busy for anybody. With Retry-After: fault `unavailable`. */
export function shedding(): Instead {
  const value = problemDocument("rateLimited", "Service busy; retry later.", { status: 503 });
  return { instead: { status: 503, headers: {}, content: { kind: "problem", value } }, nonce: "none" };
}

function rateLimited(detail: string, headers: Readonly<Record<string, string>> = {}): Instead {
  const value = problemDocument("rateLimited", detail);
  return { instead: { status: value.status, headers, content: { kind: "problem", value } }, nonce: "fresh" };
}
