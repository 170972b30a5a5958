import { type NameRefusal, quoted, type Refused, refused } from "./dns-name.ts";

/** Two colons or more among hexadecimal digits: an IPv6 address, perhaps with zone, brackets and port, or prefix. */
const ipv6 = /^\[?[0-9a-f.]*:[0-9a-f.]*:[0-9a-f:.]*(%[^\]]*)?(\](:\d+)?)?(\/\d+)?$/i;

/**
 * Text that is something other than a name: what it is, and what to write instead. `null` when it can
 * be read as a name, well-formed or not.
 */
export function recogniseMistake(text: string): Refused<NameRefusal> | null {
  const control = /\p{Cc}/u.exec(text);
  if (control !== null) {
    return refused("control-character", `${quoted(text)} holds a control character; remove it.`);
  }
  if (ipv6.test(text)) return ipAddress(text);
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return writeInstead(text, "is a URL");
  if (text.includes("@")) return writeInstead(text, "is an e-mail address");
  if (/[/?#\\]/.test(text)) return writeInstead(text, "has a path");
  if (text.includes(":")) return writeInstead(text, "has a port");
  if (/[\s,;]/.test(text)) {
    return refused("not-a-name", `${quoted(text)} is more than one name; write one name at a time.`);
  }
  return null;
}

export function ipAddress(text: string): Refused<NameRefusal> {
  return refused(
    "ip-address",
    `${quoted(text)} is no plain IP address; write it alone, such as 192.0.2.1 or 2001:db8::1.`,
  );
}

function writeInstead(text: string, what: string): Refused<NameRefusal> {
  const host = hostIn(text);
  const advice = host === "" ? "write the host name only" : `write ${quoted(host)}`;
  return refused("not-a-name", `${quoted(text)} ${what}; ${advice}.`);
}

/** The part of a URL, an address or a host with a port that a person most likely meant; may be empty. */
function hostIn(text: string): string {
  const afterScheme = text.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "");
  const authority = afterScheme.split(/[/?#\\]/, 1)[0] ?? "";
  const afterUser = authority.slice(authority.lastIndexOf("@") + 1);
  return afterUser.split(":", 1)[0] ?? "";
}
