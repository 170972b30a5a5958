import { isIP } from "node:net";

/** A label of a host name; underscores are no host's, but some have them. */
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * A name as a client wrote it in its handshake, in the form certificates are looked up by: lower case, no dot at the end.
 *
 * @returns null when it is neither a host name nor an address.
 */
export function parseAskedName(text: string): string | null {
  if (text.length > 254) return null;
  const name = text.toLowerCase().replace(/\.$/, "");
  if (isIP(name) !== 0) return name;
  return name.length <= 253 && name.split(".").every((part) => label.test(part)) ? name : null;
}
