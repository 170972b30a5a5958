import { isIP } from "node:net";

/**
 * The 4 or 16 bytes of an IP address, as certificates hold it (RFC 5280 section 4.2.1.6).
 *
 * @param text without a zone ("%eth0").
 * @returns null when it is not an IP address.
 */
export function ipBytes(text: string): Uint8Array | null {
  if (text.includes("%")) return null;
  switch (isIP(text)) {
    case 4:
      return Uint8Array.from(text.split("."), Number);
    case 6:
      return ipv6Bytes(text);
    default:
      return null;
  }
}

/** The one text of 4 or 16 bytes: dotted decimal, or RFC 5952 with hexadecimal only; null for another length. */
export function ipText(bytes: Uint8Array): string | null {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return null;
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return canonicalIpv6(groups.join(":"));
}

/**
 * The one text of an IP address: dotted decimal, or RFC 5952 section 4, as RFC 8738 section 3 wants it.
 *
 * @param text without a zone ("%eth0").
 * @returns null when it is not an IP address.
 */
export function canonicalIp(text: string): string | null {
  const bytes = ipBytes(text);
  return bytes === null ? null : ipText(bytes);
}

/** The URL standard's serialiser writes RFC 5952: shortest groups, one "::". */
function canonicalIpv6(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function ipv6Bytes(text: string): Uint8Array {
  const [head = "", tail] = canonicalIpv6(text).split("::");
  const left = groupsOf(head);
  const right = groupsOf(tail ?? "");
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return Uint8Array.from([...left, ...zeros, ...right].flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string): readonly number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
