/**
 * How a CA holds a client back. Three things that share the type `rateLimited` and want three answers:
 *
 * - `shedding` (HTTP 503): the CA is busy; everyone waits, and nothing of a quota is spent.
 * - `quota` (429): the limit of this name or account is used up until `retryAt`. `limit` is the CA's name of it,
 *   such as "new-orders-per-account", from the fragment of the help link (Let's Encrypt's documentation of its
 *   rate limits); null when the CA does not say.
 * - `pause` (429 without a time, with a page to visit): nothing will change until a person visits `portal`.
 */
export type Throttling =
  | { readonly kind: "shedding" }
  | { readonly kind: "quota"; readonly limit: string | null }
  | { readonly kind: "pause"; readonly portal: string };

const PORTAL = /\bvisit:? (https:\/\/[^\s"'<>]+)/i;

/** What of a problem tells how its CA holds back; the members are those of AcmeProblem. */
interface Signs {
  readonly type: string;
  readonly status: number | null;
  readonly detail: string;
  readonly retryAt: number | null;
  readonly helpUrl: string | null;
}

/** What kind of holding back a refusal is; null when it is none. */
export function throttlingOf({ type, status, detail, retryAt, helpUrl }: Signs): Throttling | null {
  if (status === 503) return { kind: "shedding" };
  if (status !== 429 && type !== "rateLimited") return null;
  const portal = PORTAL.exec(detail)?.[1];
  if (retryAt === null && portal !== undefined) return { kind: "pause", portal };
  return { kind: "quota", limit: limitName(helpUrl, detail) };
}

/** Some of Let's Encrypt's refusals link to the page of all limits and name the one in the text only. */
function limitName(helpUrl: string | null, detail: string): string | null {
  const inText = /https:\/\/[^\s"'<>#]{1,200}#([\w-]{1,100})/.exec(detail)?.[1];
  return fragmentOf(helpUrl ?? "") ?? inText ?? null;
}

function fragmentOf(url: string): string | null {
  const fragment = URL.parse(url)?.hash.slice(1);
  return fragment === "" ? null : (fragment ?? null);
}
