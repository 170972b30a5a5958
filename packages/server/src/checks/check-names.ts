/** All names of a certificate, looked at and judged. */
import {
  type CaForCheck,
  type Finding,
  type Ingress,
  judgeViews,
  seconds,
  type View,
} from "@certmill/domain";
import type { LookAtName } from "./check-name.ts";
import { deadlineWithin } from "./deadline.ts";
import type { LookFromAfar } from "./look-from-afar.ts";

/** Names looked at side by side. */
const atOnce = 8;
/** Of the whole; names that it does not reach are not judged. */
const longest = seconds(90);

export interface Eyes {
  readonly look: LookAtName;
  /** Null: nobody else looks. */
  readonly lookFromAfar: LookFromAfar | null;
}

export function checkNames({ look, lookFromAfar }: Eyes, ingress: Ingress) {
  const viewsOf = async (name: string, signal: AbortSignal): Promise<readonly View[]> => {
    // Nothing is asked for at a wildcard, and DNS alone is the same everywhere.
    const isAfarOfUse = lookFromAfar !== null && !name.startsWith("*.");
    const [facts, others] = await Promise.all([
      look(name, signal),
      isAfarOfUse ? lookFromAfar(name, signal) : [],
    ]);
    return [{ from: null, facts }, ...others];
  };
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
        findings.set(name, judgeViews(await viewsOf(name, until.signal), ingress, cas));
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
