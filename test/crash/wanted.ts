import type { DnsName } from "@certmill/domain";

/** The names of the three lineages. */
export const wanted = [
  ["a.example.com"],
  ["b.example.com", "www.b.example.com"],
  ["c.example.com"],
] as const satisfies readonly (readonly string[])[] as unknown as readonly (readonly [
  DnsName,
  ...DnsName[],
])[];
