import { type AddressRange, parseRange } from "../src/check/address.ts";
import type { NameFacts } from "../src/check/name-facts.ts";

/** What is seen of a name with nothing wrong, at one IPv4 address, proven by HTTP-01. */
export const rightName = (name: string, address: string): NameFacts => ({
  name,
  challenge: "http-01",
  aliases: [],
  aliasEnd: "ends",
  v4: { kind: "found", records: [address] },
  v6: { kind: "none" },
  caa: { kind: "absent" },
  probe: { kind: "answered", address },
  proof: null,
});

/** @throws for a text that is none. */
export function rangesOf(...texts: readonly string[]): AddressRange[] {
  return texts.map((text) => {
    const range = parseRange(text);
    if (range === null) throw new Error(`${text} is no range of addresses.`);
    return range;
  });
}
