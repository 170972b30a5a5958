/** IP addresses and ranges as numbers, parsed from text and written in one form (RFC 5952). */

export interface Address {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** All addresses of one version from `first` to `last`. */
export interface AddressRange {
  readonly version: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

const bitsOf = (version: 4 | 6): bigint => (version === 4 ? 32n : 128n);

/** @returns null for anything but a plain address: no zone, no port, no leading zeros in IPv4. */
export function parseAddress(text: string): Address | null {
  return text.includes(":") ? parseV6(text) : parseV4(text);
}

const octet = /^(?:0|[1-9]\d{0,2})$/;

function parseV4(text: string): Address | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => octet.test(part) && Number(part) <= 255)) return null;
  return { version: 4, value: parts.reduce((value, part) => (value << 8n) | BigInt(part), 0n) };
}

function parseV6(text: string): Address | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head, tail] = halves.map(groupsOf);
  if (head === undefined || head === null || tail === null) return null;
  const known = head.length + (tail?.length ?? 0);
  // "::" stands for one group of zeros at least.
  if (tail === undefined ? known !== 8 : known > 7) return null;
  const groups = [...head, ...Array<number>(8 - known).fill(0), ...(tail ?? [])];
  return { version: 6, value: groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n) };
}

/** The 16-bit groups of one side of a "::"; an IPv4 address at the end is two of them. */
function groupsOf(text: string): number[] | null {
  if (text === "") return [];
  const groups: number[] = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
      continue;
    }
    const v4 = index === parts.length - 1 ? parseV4(part) : null;
    if (v4 === null) return null;
    groups.push(Number(v4.value >> 16n), Number(v4.value & 0xffffn));
  }
  return groups;
}

export function addressText({ version, value }: Address): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 0xffn).join(".");
  const groups = Array.from({ length: 8 }, (_, index) =>
    Number((value >> BigInt(112 - 16 * index)) & 0xffffn),
  );
  const { start, length } = longestZeros(groups);
  const hex = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  return length < 2 ? hex(groups) : `${hex(groups.slice(0, start))}::${hex(groups.slice(start + length))}`;
}

/** The first of the longest runs of zeros. */
function longestZeros(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
  }
  return best;
}

/** The IPv4 address inside an IPv4-mapped one (`::ffff:192.0.2.1`), which a socket reaches by it; else the same. */
export function unmapped(address: Address): Address {
  if (address.version === 4 || address.value >> 32n !== 0xffffn) return address;
  return { version: 4, value: address.value & 0xffff_ffffn };
}

/** One address, or a prefix such as `192.0.2.0/24`; null when it is neither. Bits after the prefix do not matter. */
export function parseRange(text: string): AddressRange | null {
  const [addressPart = "", prefix, ...rest] = text.split("/");
  const address = parseAddress(addressPart);
  if (address === null || rest.length > 0) return null;
  const { version, value } = address;
  const bits = bitsOf(version);
  if (prefix !== undefined && !(octet.test(prefix) && BigInt(prefix) <= bits)) return null;
  const size = 1n << (bits - BigInt(prefix ?? bits));
  const first = value - (value % size);
  return { version, first, last: first + size - 1n };
}

/** Whether one of the ranges has it, as it is or unmapped. */
export function isWithin(address: Address, ranges: readonly AddressRange[]): boolean {
  const { version, value } = unmapped(address);
  return ranges.some((range) => range.version === version && range.first <= value && value <= range.last);
}

export const isOneAddress = ({ first, last }: AddressRange): boolean => first === last;
