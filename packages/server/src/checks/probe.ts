/**
 * Asks for a token of ours as a CA would (HTTP-01 as Boulder does it, va/http.go): IPv6 first, IPv4 only when no
 * connection came about and only for the first request; up to ten redirects by 301, 302, 307 or 308, to ports 80 and 443.
 * It never connects where a CA could not, unless the operator allows it.
 */
import {
  type AddressRange,
  type Duration,
  mayReach,
  normaliseName,
  type ProbeFailure,
  type ProbeResult,
  parseAddress,
  seconds,
} from "@certmill/domain";
import { deadlineWithin } from "./deadline.ts";
import { lookUpAddresses } from "./look-up-name.ts";
import { plainText } from "./plain-text.ts";
import { type GetResult, requestOnce } from "./request-once.ts";
import type { NameLookups } from "./resolver.ts";
import type { TargetPace } from "./target-pace.ts";

export interface ProbeOptions {
  /** Where "port 80" and "port 443" really are. */
  readonly ports: { readonly http: number; readonly https: number };
  /** Ranges that are not public and may be reached all the same. */
  readonly allowed: readonly AddressRange[];
  readonly pace: TargetPace;
}

export interface ProbeRequest {
  readonly host: string;
  /** Those that were looked up; none is looked up again. */
  readonly v4: readonly string[];
  readonly v6: readonly string[];
  readonly token: string;
  /** What the installation answers, by its responders or by a proxy in their stead. */
  readonly answers: readonly string[];
  readonly lookups: NameLookups;
  readonly signal: AbortSignal;
}

const connectTimeout: Duration = seconds(10);
const wholeTimeout: Duration = seconds(20);
const mostRedirects = 10;
const longestUrl = 2_000;
const mostBytes = 128;
const followed = new Set([301, 302, 307, 308]);

/** Every answer on the way, with the URL that it is of. */
export type ProbeAnswer = Extract<GetResult, { kind: "response" }> & { readonly url: string };

export interface Probed {
  readonly result: ProbeResult;
  readonly answers: readonly ProbeAnswer[];
}

/** @returns null when an address is being asked by too many others already. @throws the request's signal's reason. */
export async function probe(request: ProbeRequest, options: ProbeOptions): Promise<ProbeResult | null> {
  return (await probeByHops(request, options))?.result ?? null;
}

/** The same, with all that was answered. */
export async function probeByHops(request: ProbeRequest, options: ProbeOptions): Promise<Probed | null> {
  using deadline = deadlineWithin(request.signal, wholeTimeout);
  const { signal } = deadline;
  const first = new URL(`http://${request.host}/.well-known/acme-challenge/${request.token}`);
  const visited = new Set([first.href]);
  const answers: ProbeAnswer[] = [];
  let url = first;
  let candidates = [...request.v6.slice(0, 1), ...request.v4.slice(0, 1)];
  for (;;) {
    const { address, result } = await connectInTurn(url, candidates, { ...options, signal });
    request.signal.throwIfAborted();
    if (result === null) return null;
    const at = { url: url.href, address };
    const failed = (kind: ProbeFailure, detail: string): ProbeResult => ({ kind, ...at, detail });
    if (result.kind !== "response") return { result: failed(result.kind, result.detail), answers };
    answers.push({ ...result, url: url.href });
    if (!isRedirect(result.status))
      return { result: judge(result, request.answers, address, failed), answers };
    const next = redirectTarget(result, url, visited);
    if (typeof next === "string") return { result: failed("redirect", next), answers };
    visited.add(next.href);
    const found = await addressesOf(next, request.lookups);
    url = next;
    if (typeof found === "string")
      return { result: { kind: "target-dns", url: url.href, address: null, detail: found }, answers };
    candidates = found;
  }
}

const isRedirect = (status: number): boolean => status >= 301 && status <= 308 && status !== 304;

type Reached = {
  readonly address: string | null;
  /** null: it was not asked. */
  readonly result: GetResult | { readonly kind: "unsafe"; readonly detail: string } | null;
};

/** The candidates one after another, as long as there is no connection. */
async function connectInTurn(
  url: URL,
  candidates: readonly string[],
  { ports, allowed, pace, signal }: ProbeOptions & { readonly signal: AbortSignal },
): Promise<Reached> {
  let reached: Reached = { address: null, result: { kind: "unreachable", detail: "no address" } };
  for (const address of candidates) {
    const parsed = parseAddress(address);
    if (parsed === null || !mayReach(parsed, allowed))
      return { address, result: { kind: "unsafe", detail: "not on the public internet" } };
    const port = url.protocol === "https:" ? ports.https : ports.http;
    const get = { url, address, port, connectTimeout, mostBytes, signal };
    const result = await pace.run(address, () => requestOnce(get));
    reached = { address, result };
    if (result?.kind !== "unreachable") return reached;
  }
  return reached;
}

function judge(
  { status, server, body }: Extract<GetResult, { kind: "response" }>,
  answers: readonly string[],
  address: string | null,
  failed: (kind: ProbeFailure, detail: string) => ProbeResult,
): ProbeResult {
  if (status !== 200) return failed("status", String(status));
  if (answers.includes(body.trimEnd()) && address !== null) return { kind: "answered", address };
  return failed("wrong-answer", server ?? (plainText(body) || "an empty answer"));
}

/** @returns where to go on, or why no CA would. */
function redirectTarget(
  { status, location }: Extract<GetResult, { kind: "response" }>,
  from: URL,
  visited: ReadonlySet<string>,
): URL | string {
  if (!followed.has(status)) return `the status ${status}`;
  const text = location ?? "";
  if (text === "" || !URL.canParse(text, from.href)) return "a Location that is no URL";
  const url = new URL(text, from.href);
  url.hash = "";
  if (url.protocol !== "http:" && url.protocol !== "https:") return `the scheme ${url.protocol.slice(0, -1)}`;
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  if (port !== "80" && port !== "443") return `the port ${port}`;
  if (url.href.length > longestUrl) return `a URL of more than ${longestUrl} characters`;
  // What a rule leaves that joins host and path without a slash.
  if (url.hostname.endsWith(".well-known")) return `the host ${url.hostname}`;
  if (visited.has(url.href)) return "a circle";
  if (visited.size > mostRedirects) return `more than ${mostRedirects} redirects`;
  return url;
}

/** Where a redirect leads: the preferred address only, as a CA takes no other there. @returns text: why nowhere. */
async function addressesOf(url: URL, lookups: NameLookups): Promise<string[] | string> {
  const host = url.hostname.replaceAll(/^\[|\]$/g, "");
  if (parseAddress(host) !== null) return [host];
  const normalised = normaliseName(host, "private");
  if (!normalised.ok) return "no name";
  const { v4, v6 } = await lookUpAddresses(lookups, normalised.name);
  if (v6.kind === "found") return v6.records.slice(0, 1);
  if (v4.kind === "found") return v4.records.slice(0, 1);
  const fault = [v4, v6].find((lookup) => "detail" in lookup);
  return fault?.detail ?? (v4.kind === "no-name" ? "no such name" : "no address record");
}
