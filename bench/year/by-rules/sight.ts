/** What a check finds of a domain, seen as the year's name servers and responder answer (../world.ts). */
import {
  type CaForCheck,
  type Finding,
  type Ingress,
  type Instant,
  judgeName,
  type NameFacts,
  parseRange,
} from "@certmill/domain";
import type { WrongName } from "@certmill/sim";
import { loopback } from "../../virtual/run-config.ts";
import { type Story, wrongAt } from "../story.ts";
import { elsewhere } from "../world.ts";

const ours = parseRange(loopback);
const ingress: Ingress = { ours: ours === null ? [] : [ours], proxies: [] };
const cas: readonly CaForCheck[] = [
  { name: "letsencrypt", caaIdentities: ["letsencrypt.org"], accountUri: null },
];

export function findingsOf(story: Story, now: Instant): readonly Finding[] {
  const how = wrongAt(story, now);
  return story.names.flatMap((name) => judgeName(factsOf(name, how), ingress, cas));
}

function factsOf(name: string, how: WrongName | null): NameFacts {
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
      caa: { kind: "absent" },
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
