import { isIPv6 } from "node:net";
import type { WrongName } from "../dns/name-table.ts";
import { type ProblemDocument, problemDocument } from "../problem.ts";
import { type Fetched, type FetchFailure, fetchOnce } from "./fetch-once.ts";
import { nameProblem, type View } from "./view.ts";

/** What is looked for at a name. */
export interface Http01Attempt {
  /** A name or an IP address. */
  readonly host: string;
  readonly token: string;
  readonly keyAuthorization: string;
}

const MOST_REDIRECTS = 10;
/** A body of this many bytes is refused (Boulder, va/http.go). */
const BODY_LIMIT = 128;
/** Without 303, as Boulder. */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308]);

/** Ends a validation; caught in `validateHttp01` only. */
class Failed extends Error {
  readonly problem: ProblemDocument;

  constructor(problem: ProblemDocument) {
    super(problem.detail);
    this.problem = problem;
  }
}

/**
 * Validates http-01 from one place in the network (RFC 8555 section 8.3), with Boulder's rules on redirects
 * and its words.
 *
 * @returns `null` when the name serves the key authorization, else why not.
 */
export async function validateHttp01(
  { host, token, keyAuthorization }: Http01Attempt,
  view: View,
): Promise<ProblemDocument | null> {
  try {
    const { address, status, body, last } = await follow(challengeUrl(host, token), view);
    if (status !== 200) throw unauthorized(address, `Invalid response from ${last.href}: ${status}`);
    if (body.length >= BODY_LIMIT) {
      throw unauthorized(
        address,
        `Invalid response from ${last.href}: ${JSON.stringify(body.toString("latin1"))}`,
      );
    }
    const got = body.toString("latin1").trimEnd();
    if (got !== keyAuthorization) {
      const detail = "The key authorization file from the server did not match this challenge.";
      throw unauthorized(
        address,
        `${detail} Expected ${JSON.stringify(keyAuthorization)} (got ${JSON.stringify(got)})`,
      );
    }
    return null;
  } catch (error) {
    if (error instanceof Failed) return error.problem;
    throw error;
  }
}

function challengeUrl(host: string, token: string): URL {
  const written = isIPv6(host) ? `[${host}]` : host;
  return new URL(`http://${written}/.well-known/acme-challenge/${token}`);
}

async function follow(
  first: URL,
  view: View,
): Promise<Fetched & { readonly address: string; readonly last: URL }> {
  let url = first;
  const seen = new Set<string>();
  for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
    if (seen.has(url.href)) throw connection(`Fetching ${url.href}: Redirect loop detected`);
    seen.add(url.href);
    const fetched = await fetchFrom(url, view, hop === 0 ? "try-every-address" : "try-one-address");
    if (fetched.status < 300 || fetched.status >= 400) return { ...fetched, last: url };
    url = redirectTarget(url, fetched);
  }
  throw connection(`Fetching ${url.href}: Too many redirects`);
}

function redirectTarget(from: URL, { status, location }: Fetched): URL {
  if (!REDIRECTS.has(status))
    throw connection(`Fetching ${from.href}: received disallowed redirect status code`);
  const target = location === null ? null : URL.parse(location, from.href);
  if (target === null) throw connection(`Fetching ${from.href}: Invalid redirect target`);
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    const scheme = target.protocol.slice(0, -1);
    throw connection(
      `Fetching ${target.href}: Invalid protocol scheme in redirect target. Only "http" and "https" protocol schemes are supported, not "${scheme}"`,
    );
  }
  // URL has an empty port for the scheme's own; the other one of the two is allowed as well.
  if (!["", "80", "443"].includes(target.port)) {
    throw connection(
      `Fetching ${target.href}: Invalid port in redirect target. Only ports 80 and 443 are supported, not ${target.port}`,
    );
  }
  return target;
}

async function fetchFrom(
  url: URL,
  { names, from, signal }: View,
  addresses: "try-every-address" | "try-one-address",
): Promise<Fetched & { readonly address: string }> {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const answer = names(host);
  if (answer.kind === "wrong") throw new Failed(wrongNameProblem(answer.as, host, url));
  const secure = url.protocol === "https:";
  const port = (url.port === "" ? secure : url.port === "443") ? answer.httpsPort : answer.httpPort;
  const candidates = addresses === "try-every-address" ? answer.addresses : answer.addresses.slice(0, 1);
  let failure: { readonly address: string; readonly failed: FetchFailure } | null = null;
  for (const address of candidates) {
    const fetched = await fetchOnce({ url, address, port, from, mostBytes: BODY_LIMIT, signal });
    if (!("failed" in fetched)) return { ...fetched, address };
    failure = { address, failed: fetched.failed };
    // Only an address that could not be reached lets the next one be tried.
    if (fetched.failed.stage !== "connect") break;
  }
  const { address, failed } = failure ?? { address: host, failed: { stage: "connect", text: "No address" } };
  throw connection(`${address}: Fetching ${url.href}: ${failed.text}`);
}

/** What would be said of a name that is wrong, without looking at it. @param host a name or an IP address. */
export const wrongForHttp01 = (as: WrongName, host: string, token: string): ProblemDocument =>
  wrongNameProblem(as, host, challengeUrl(host, token));

function wrongNameProblem(as: WrongName, host: string, url: URL): ProblemDocument {
  switch (as) {
    case "dns":
      return nameProblem(host, "A", "AAAA");
    case "connection":
      return problemDocument(
        "connection",
        `192.0.2.1: Fetching ${url.href}: Timeout during connect (likely firewall problem)`,
      );
    case "unauthorized":
      return problemDocument("unauthorized", `192.0.2.1: Invalid response from ${url.href}: 404`);
  }
}

const connection = (detail: string): Failed => new Failed(problemDocument("connection", detail));
const unauthorized = (address: string, detail: string): Failed =>
  new Failed(problemDocument("unauthorized", `${address}: ${detail}`));
