import type { DnsName } from "@certmill/domain";

/** The names of the two lineages. */
export const wanted = [
  ["a.example.com", "www.a.example.com"],
  ["b.example.com"],
] as const satisfies readonly (readonly string[])[] as unknown as readonly (readonly [
  DnsName,
  ...DnsName[],
])[];
