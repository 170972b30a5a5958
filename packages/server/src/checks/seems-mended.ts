/** The least that tells whether a name may be right by now: its addresses, its CAA records, or the place of its proof. */
import {
  caaHasChanged,
  type Finding,
  type Ingress,
  isOfCaa,
  isOfProof,
  leadsHere,
  seconds,
} from "@certmill/domain";
import type { SeeProof } from "./check-name.ts";
import { deadlineWithin } from "./deadline.ts";
import { lookUpAddresses, lookUpCaa } from "./look-up-name.ts";
import type { NameLookups, Resolver } from "./resolver.ts";

/** A name whose servers are slower waits for its check. */
const longest = seconds(5);

/** Whether new CAA records let a CA issue is for the check to say: here it counts that they are new. */
export function seemsMended(resolver: Resolver, ingress: Ingress, seeProof: SeeProof) {
  const look = async (fault: Finding, lookups: NameLookups, signal: AbortSignal): Promise<boolean> => {
    if (isOfProof(fault)) return (await seeProof(fault.name, signal)).kind === "ours";
    const name = fault.name.replace(/^\*\./, "");
    if (isOfCaa(fault)) return caaHasChanged(fault, await lookUpCaa(lookups, name));
    return leadsHere({ name, ...(await lookUpAddresses(lookups, name)) }, ingress);
  };
  return async (fault: Finding, signal: AbortSignal): Promise<boolean> => {
    using until = deadlineWithin(signal, longest);
    try {
      return await look(fault, resolver.begin(until.signal), until.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!until.signal.aborted) throw error;
      return false;
    }
  };
}
