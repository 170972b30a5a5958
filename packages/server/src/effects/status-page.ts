/**
 * The status pages of CAs, for the hint that one of them gives of its CA's health. Pages are status.io's.
 * Source of the shape: https://kb.status.io/developers/public-status-api
 */
import type { CaStatus } from "@certmill/domain";
import type { OpenTransport } from "./ca-connections.ts";

/** The page that covers a directory, by the directory's host. */
export type StatusPages = ReadonlyMap<string, string>;

const letsencrypt = "https://api.status.io/1.0/status/55957a99e800baa4470002da";

/** Whose pages are known. */
export const statusPages: StatusPages = new Map([
  ["acme-v02.api.letsencrypt.org", letsencrypt],
  ["acme-staging-v02.api.letsencrypt.org", letsencrypt],
]);

export interface PageReading {
  readonly url: string;
  /** Of the CA that is asked about. */
  readonly directoryHost: string;
}

/** @returns `fine` too when the page cannot be read or understood. @throws the signal's reason. */
export async function readStatusPage(
  openTransport: OpenTransport,
  { url, directoryHost }: PageReading,
  signal: AbortSignal,
): Promise<CaStatus> {
  try {
    await using transport = openTransport(null);
    const headers = { accept: "application/json" };
    const { status, body } = await transport({ method: "GET", url, headers, body: null, signal });
    return status === 200 ? statusIn(JSON.parse(body), directoryHost) : "fine";
  } catch {
    signal.throwIfAborted();
    return "fine";
  }
}

/**
 * What a page says of one directory: the worst of the components that bear its host's name, and of their containers;
 * of a page without such, what it says of everything.
 */
export function statusIn(page: unknown, directoryHost: string): CaStatus {
  const result = member(page, "result");
  const components = listOf(member(result, "status")).filter((component) =>
    String(member(component, "name")).includes(directoryHost),
  );
  const told =
    components.length === 0
      ? [member(result, "status_overall")]
      : components.flatMap((component) => [component, ...listOf(member(component, "containers"))]);
  const codes = told.map((each) => member(each, "status_code")).filter((code) => typeof code === "number");
  return statusOfCode(Math.max(0, ...codes));
}

/**
 * 100 operational, 200 planned maintenance, 300 degraded, 400 partial disruption, 500 disruption, 600 security event
 * (during which a CA may have stopped to issue).
 */
function statusOfCode(code: number): CaStatus {
  if (code < 200) return "fine";
  return code < 500 ? "degraded" : "down";
}

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
