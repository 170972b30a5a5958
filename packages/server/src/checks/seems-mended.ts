/** The least that tells whether a name may be right by now: its addresses. */
import { type Ingress, leadsHere, seconds } from "@certmill/domain";
import { deadlineWithin } from "./deadline.ts";
import { lookUpAddresses } from "./look-up-name.ts";
import type { Resolver } from "./resolver.ts";

/** A name whose servers are slower waits for its check. */
const longest = seconds(5);

export function addressesLeadHere(resolver: Resolver, ingress: Ingress) {
  return async (name: string, signal: AbortSignal): Promise<boolean> => {
    using until = deadlineWithin(signal, longest);
    try {
      const addresses = await lookUpAddresses(resolver.begin(until.signal), name);
      return leadsHere({ name, ...addresses }, ingress);
    } catch (error) {
      signal.throwIfAborted();
      if (!until.signal.aborted) throw error;
      return false;
    }
  };
}
