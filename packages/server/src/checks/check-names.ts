/** All names of a certificate, looked at and judged. */
import {
  type CaForCheck,
  type Checked,
  type Finding,
  type Ingress,
  judgeViews,
  type NameRecords,
  type NamesToCheck,
  recordsOf,
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
  /** For names that are proven by DNS-01. */
  readonly lookAtProof: LookAtName;
  /** For names that are proven by TLS-ALPN-01: nothing is asked for over HTTP. */
  readonly lookUp: LookAtName;
  /** Null: nobody else looks. */
  readonly lookFromAfar: LookFromAfar | null;
}

export function checkNames({ look, lookAtProof, lookUp, lookFromAfar }: Eyes, ingress: Ingress) {
  const viewsOf = async (name: string, signal: AbortSignal): Promise<readonly View[]> => {
    // Nothing is asked for at a wildcard, and DNS alone is the same everywhere.
    const lookElsewhere = lookFromAfar === null || name.startsWith("*.") ? async () => [] : lookFromAfar;
    // Both are waited for, also when one fails: what was asked of others is withdrawn.
    const [own, afar] = await Promise.allSettled([look(name, signal), lookElsewhere(name, signal)]);
    if (own.status === "rejected") throw own.reason;
    if (afar.status === "rejected") throw afar.reason;
    return [{ from: null, facts: own.value }, ...afar.value];
  };
  return async (
    { names, byDns, byTls }: NamesToCheck,
    cas: readonly CaForCheck[],
    signal: AbortSignal,
  ): Promise<Checked> => {
    using until = deadlineWithin(signal, longest);
    const findings = new Map<string, readonly Finding[]>();
    const records: NameRecords[] = [];
    const left = [...names];
    // Nothing is asked for there, and DNS alone is the same everywhere.
    const see = async (name: string): Promise<readonly View[]> => {
      if (byDns.includes(name)) return [{ from: null, facts: await lookAtProof(name, until.signal) }];
      if (byTls.includes(name)) return [{ from: null, facts: await lookUp(name, until.signal) }];
      return viewsOf(name, until.signal);
    };
    const lookOn = async (): Promise<void> => {
      for (let name = left.shift(); name !== undefined; name = left.shift()) note(name, await see(name));
    };
    const note = (name: string, views: readonly View[]): void => {
      findings.set(name, judgeViews(views, ingress, cas));
      records.push(...views.filter(({ from }) => from === null).map(({ facts }) => recordsOf(facts)));
    };
    try {
      await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, lookOn));
    } catch (error) {
      signal.throwIfAborted();
      if (!until.signal.aborted) throw error;
    }
    return { findings: names.flatMap((name) => findings.get(name) ?? []), records };
  };
}
