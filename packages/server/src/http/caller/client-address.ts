import { type AddressRange, addressText, isWithin, parseAddress, unmapped } from "@certmill/domain";

/** The address as people write it: of an IPv4-mapped one the IPv4 address. Null: it is none. */
export function clientAddress(text: string | undefined): string | null {
  const address = parseAddress(text ?? "");
  return address === null ? null : addressText(unmapped(address));
}

/** Whether what a proxy at this address says of its client is believed. */
export const trusts =
  (proxies: readonly AddressRange[]) =>
  (text: string): boolean => {
    const address = parseAddress(text);
    return address !== null && isWithin(address, proxies);
  };

/** What attempts are counted by: an IPv4 address, or the /64 that one customer has of IPv6. */
export function networkOf(address: string | null): string {
  const parsed = parseAddress(address ?? "");
  if (parsed === null) return "";
  return parsed.version === 4 ? addressText(parsed) : String(parsed.value >> 64n);
}
