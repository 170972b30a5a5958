/** All names of a certificate, looked at and judged. */
import { type CaForCheck, type Finding, type Ingress, judgeName, seconds } from "@certmill/domain";
import type { LookAtName } from "./check-name.ts";
import { deadlineWithin } from "./deadline.ts";

/** Names looked at side by side. */
const atOnce = 8;
/** Of the whole; names that it does not reach are not judged. */
const longest = seconds(90);

export function checkNames(look: LookAtName, ingress: Ingress) {
  return async (
    names: readonly string[],
    cas: readonly CaForCheck[],
    signal: AbortSignal,
  ): Promise<readonly Finding[]> => {
    using until = deadlineWithin(signal, longest);
    const findings = new Map<string, readonly Finding[]>();
    const left = [...names];
    const lookOn = async (): Promise<void> => {
      for (let name = left.shift(); name !== undefined; name = left.shift())
        findings.set(name, judgeName(await look(name, until.signal), ingress, cas));
    };
    try {
      await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, lookOn));
    } catch (error) {
      signal.throwIfAborted();
      if (!until.signal.aborted) throw error;
    }
    return names.flatMap((name) => findings.get(name) ?? []);
  };
}
