import { isIPv4, SocketAddress } from "node:net";

/** An IP address as the 4 or 16 bytes of a certificate's iPAddress (RFC 5280 section 4.2.1.6). */
export function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split(".").map(Number));
  // SocketAddress writes the shortest form, with at most one "::" and, for mapped addresses, dots.
  const canonical = new SocketAddress({ address, family: "ipv6" }).address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a: string, b: string, c: string, d: string) =>
      `${(Number(a) * 256 + Number(b)).toString(16)}:${(Number(c) * 256 + Number(d)).toString(16)}`,
  );
  const [head = "", tail] = canonical.split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return Buffer.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}

/** The other way; `null` when there are neither 4 nor 16 bytes. IPv6 in its shortest form (RFC 5952). */
export function addressText(bytes: Uint8Array): string | null {
  if (bytes.length === 4) return bytes.join(".");
  if (bytes.length !== 16) return null;
  const hex = Buffer.from(bytes).toString("hex");
  return canonicalAddress((hex.match(/.{4}/g) ?? []).join(":"));
}

/** One spelling for each address, so that two can be compared as text. */
export function canonicalAddress(address: string): string {
  return new SocketAddress({ address, family: isIPv4(address) ? "ipv4" : "ipv6" }).address;
}
