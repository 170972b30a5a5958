/** Who stands between a client and an edge, told by the headers that they put there. */
import type { IncomingHttpHeaders } from "node:http";
import { plainText } from "./plain-text.ts";

/** A header that nobody else sends, with who does. */
const signs: readonly (readonly [header: string, name: string])[] = [
  ["cf-ray", "Cloudflare"],
  ["x-amz-cf-id", "Amazon CloudFront"],
  ["x-azure-ref", "Azure Front Door"],
  ["x-akamai-request-id", "Akamai"],
  ["akamai-grn", "Akamai"],
  ["x-bunny-cache", "Bunny"],
  ["cdn-requestid", "Bunny"],
  ["x-sucuri-id", "Sucuri"],
  ["x-iinfo", "Imperva"],
  ["x-fastly-request-id", "Fastly"],
  ["x-varnish", "Varnish"],
];

/** @returns null where nothing tells of anybody. */
export function betweenOf(headers: IncomingHttpHeaders): string | null {
  const [, name] = signs.find(([header]) => headers[header] !== undefined) ?? [];
  if (name !== undefined) return name;
  const via = textOf(headers["via"]);
  return via === "" ? null : `a proxy (Via: ${plainText(via)})`;
}

/** Headers that say "this is a copy": their hits only. @returns the header with its value; null: none does. */
export function cachedBy(headers: IncomingHttpHeaders): string | null {
  for (const header of ["x-cache", "x-cache-status", "cf-cache-status", "cache-status"]) {
    const value = textOf(headers[header]);
    if (/\bhit\b/i.test(value)) return plainText(`${header}: ${value}`);
  }
  const age = textOf(headers["age"]);
  return /^[1-9]\d*$/.test(age) ? plainText(`age: ${age}`) : null;
}

const textOf = (value: string | string[] | undefined): string =>
  value === undefined ? "" : Array.isArray(value) ? value.join(", ") : value;
