/** Which addresses are on the public internet, by IANA's special-purpose registries (RFC 6890, as of 2026). */
import { type Address, type AddressRange, isWithin, parseRange, unmapped } from "./address.ts";

const ranges = (texts: readonly string[]): AddressRange[] =>
  texts.map(parseRange).filter((range) => range !== null);

const notPublic = ranges([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/3",
  // Of 2000::/3, which alone is given out: protocol assignments with Teredo, documentation, 6to4.
  "2001::/23",
  "2001:db8::/32",
  "2002::/16",
  "3fff::/20",
]);

const globalUnicast = ranges(["2000::/3"]);

/** Whether a CA could reach it: no private, loopback, link-local, shared, documentation, multicast or translated one. */
export function isPublicAddress(address: Address): boolean {
  const plain = unmapped(address);
  return !isWithin(plain, notPublic) && (plain.version === 4 || isWithin(plain, globalUnicast));
}

/** Whether a check may connect there: it is public, or the operator allows it. */
export const mayReach = (address: Address, allowed: readonly AddressRange[]): boolean =>
  isPublicAddress(address) || isWithin(address, allowed);
