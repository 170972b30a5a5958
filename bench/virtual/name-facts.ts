/** What is seen of a name whose truth is known, without looking at it. */
import { type Ingress, type NameFacts, parseRange } from "@certmill/domain";
import type { WrongName } from "@certmill/sim";
import { loopback } from "./run-config.ts";

/** Of documentation: no check asks it, so that nothing but DNS is waited for. */
export const elsewhere = "203.0.113.7";

const ours = parseRange(loopback);
export const ingress: Ingress = { ours: ours === null ? [] : [ours], proxies: [] };

/** @param how null: nothing is wrong. */
export function factsOf(name: string, how: WrongName | null): NameFacts {
  const common = {
    name,
    challenge: "http-01",
    aliases: [],
    aliasEnd: "ends",
    caa: { kind: "absent" },
    proof: null,
  } as const;
  if (how === "dns")
    return {
      ...common,
      v4: { kind: "no-name" },
      v6: { kind: "no-name" },
      probe: null,
    };
  const address = how === null ? loopback : elsewhere;
  return {
    ...common,
    v4: { kind: "found", records: [address] },
    v6: { kind: "none" },
    probe: how === null ? { kind: "answered", address } : null,
  };
}
