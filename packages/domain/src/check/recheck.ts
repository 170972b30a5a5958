/**
 * What follows from a check that was made before a first order. A failing check delays the order and lowers its turn; it
 * does not refuse it, as what we see need not be what a CA sees (docs/checks.md).
 */
import { after, type Duration, days, type Instant, minutes } from "../time/instant.ts";
import type { Finding } from "./finding.ts";
import { type Evidence, evidenceOf } from "./judge-name.ts";

/** How long after the 1st, 2nd, … failing check in a row the next is made; the last goes on. Published. */
export const recheckSteps: readonly Duration[] = [1, 2, 5, 10, 20, 30, 60, 120, 240].map(minutes);

/** What is remembered from one check to the next. */
export interface CheckMemory {
  /** Checks that failed in a row. */
  readonly failing: number;
  /** When the first of them was; null: the last did not fail. */
  readonly failingSince: Instant | null;
  /** When an order was last made though they failed; null: none was. */
  readonly orderedAnywayAt: Instant | null;
}

export const noChecks: CheckMemory = { failing: 0, failingSince: null, orderedAnywayAt: null };

export interface CheckDecision extends CheckMemory {
  /** Whether the order may be made now. */
  readonly order: boolean;
  /** When the next check is due; null: an order is made first. */
  readonly recheckAt: Instant | null;
}

/** How long checks fail before the order is made anyway, by what they rest on. */
const patience: Readonly<Record<Exclude<Evidence, "none">, Duration>> = {
  // A CA sees what the name servers tell: an order would all but certainly be wasted.
  dns: days(1),
  // A probe may fail for a reason of our own, such as a network that does not lead back to itself.
  probe: minutes(15),
};
/** What was ordered against failing checks, in vain, is ordered so again after this. */
const anywayEvery = days(1);

export function afterCheck(memory: CheckMemory, evidence: Evidence, now: Instant): CheckDecision {
  if (evidence === "none") return { ...noChecks, order: true, recheckAt: null };
  const failing = memory.failing + 1;
  const failingSince = memory.failingSince ?? now;
  const patientUntil = after(failingSince, patience[evidence]);
  const { orderedAnywayAt } = memory;
  const orderAt = orderedAnywayAt === null ? patientUntil : after(orderedAnywayAt, anywayEvery);
  if (Math.max(patientUntil, orderAt) <= now)
    return { failing, failingSince, orderedAnywayAt: now, order: true, recheckAt: null };
  return {
    failing,
    failingSince,
    orderedAnywayAt,
    order: false,
    recheckAt: after(now, recheckWait(failing)),
  };
}

/** @param failing checks that failed in a row, 1 or more. */
const recheckWait = (failing: number): Duration =>
  recheckSteps[Math.min(failing, recheckSteps.length) - 1] ?? minutes(1);

/**
 * What a timeline tells of a check: only what differs from the check before.
 *
 * @param before the faults it remembers count only while checks fail.
 */
export function toldOfCheck(
  before: { readonly failing: number; readonly findings: readonly Finding[] },
  findings: readonly Finding[],
): "check.failed" | "check.passed" | null {
  if (evidenceOf(findings) === "none") return before.failing > 0 ? "check.passed" : null;
  return before.failing > 0 && faultsOf(before.findings) === faultsOf(findings) ? null : "check.failed";
}

const faultsOf = (findings: readonly Finding[]): string =>
  JSON.stringify(
    findings
      .filter(({ weight }) => weight === "fault")
      .map(({ code, name, ca, where }) => [code, name, ca, code.startsWith("probe-") ? null : where]),
  );
