/** What a check sees of the place where a name's proof goes: whether it is still one that we may write. */
import { delegationTarget, type ProofFacts, proofName } from "@certmill/domain";
import type { NameLookups, Resolver } from "../checks/resolver.ts";
import type { Db } from "../store/database.ts";
import { findDelegationZone, findZone } from "../store/dns/dns-zones.ts";
import { endOfAliases } from "./end-of-aliases.ts";

/** @returns how to look at a name, with or without a wildcard's `*.`; it throws only the signal's reason, or the database's error. */
export function seeProof(db: Db, resolver: Resolver) {
  return async (name: string, signal: AbortSignal): Promise<ProofFacts> => {
    const lookups = resolver.begin(signal);
    const record = proofName(name);
    const end = await endOfAliases(lookups, record);
    const zone = await findZone(db, end.name);
    if (zone !== null) {
      // A zone that names are led into is the operator's: when that is away, nobody has left.
      const isOwn = end.name === record;
      return isOwn && (await isGone(lookups, zone))
        ? { kind: "no-zone", zone }
        : { kind: "ours", name: end.name };
    }
    if (end.kind === "unknown") return { kind: "failed", detail: end.detail };
    const into = await findDelegationZone(db);
    const target = into === null ? null : delegationTarget(name, into);
    return { kind: "elsewhere", name: end.name, target };
  };
}

const isGone = async (lookups: NameLookups, zone: string): Promise<boolean> =>
  (await lookups.ask(zone, "SOA")).kind === "no-name";
