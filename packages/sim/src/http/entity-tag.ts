/** Conditional requests: RFC 9110 sections 8.8.3 and 13.1.2. */
import { createHash } from "node:crypto";

/** The same for the same document, another one for another. */
export function entityTagOf(document: object): string {
  return `"${createHash("sha256").update(JSON.stringify(document)).digest("base64url")}"`;
}

/** Whether a document is among those that the client says it has; weak tags count. */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  const known = new Set(ifNoneMatch.split(",").map((each) => each.trim().replace(/^W\//, "")));
  return known.has("*") || known.has(etag);
}
