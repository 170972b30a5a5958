/**
 * What follows from a check, wherever the lineage is in its life: an order, another check, a move. The schedule is published
 * in docs/checks.md.
 */
import type { ComparedFinding, Finding } from "../check/finding.ts";
import { evidenceOf } from "../check/judge-name.ts";
import { afterCheck, type CheckMemory, recheckSteps } from "../check/recheck.ts";
import { triesBySteps } from "../schedule/retry.ts";
import { after, days, type Instant } from "../time/instant.ts";
import type { LifePolicy } from "./life-policy.ts";
import type { LifeState } from "./life-state.ts";
import { watchedFaults } from "./watched-faults.ts";
import { whereabouts } from "./whereabouts.ts";

/** What a check is decided on, besides what it found. */
export interface CheckFacts {
  readonly state: LifeState;
  readonly names: readonly string[];
  readonly hasCertificate: boolean;
  /** Whether the first order waits for it, or names that were added to a certificate. */
  readonly holdsOrder: boolean;
  /** Whether names are to be on the next certificate that are not on this one, as soon as they are right. */
  readonly awaitsNames: boolean;
  /** Whether the last try failed for what the customer has to put right. */
  readonly isMendable: boolean;
  /** Tries that failed in a row. */
  readonly failures: number;
  /** When the first of them did; null: none has. */
  readonly triedSince: Instant | null;
  readonly memory: CheckMemory;
  /** Since when its names have led elsewhere; null: they did not at the last check. */
  readonly awaySince: Instant | null;
  /** When a moved one is removed; null: it is not moved. */
  readonly leavesAt: Instant | null;
  /** Whether a person asks: the schedule begins anew, and what is right is ordered whatever was before. */
  readonly asked: boolean;
}

export interface CheckOutcome {
  readonly memory: CheckMemory;
  readonly awaySince: Instant | null;
  /** Whether an order is to be made now, where none is under way. */
  readonly order: boolean;
  /** When the next check is due; null: none is. */
  readonly recheckAt: Instant | null;
  /** 0: somebody waits for what the next one tells; 2: it is a look at what is alive. */
  readonly rank: 0 | 2;
  /** Whether addresses, CAA records or a proof's place are what is wrong, and are looked at each minute. */
  readonly watched: boolean;
  readonly move: "away" | "back" | "gone" | null;
}

/** What is alive, has moved or was given up is checked so often. */
export const lookEvery = days(1);
/**
 * Tries in a row that checks may bring by turning right, beyond those of the steps. Name servers that disagree are right and wrong
 * by turns: each turn would bring a try that fails, up to the CA's limit of failed authorizations.
 */
const mostTurns = 3;

export function outcomeOfCheck(
  facts: CheckFacts,
  findings: readonly (Finding | ComparedFinding)[],
  { policy, now }: { readonly policy: Pick<LifePolicy, "movedAfter">; readonly now: Instant },
): CheckOutcome {
  const { state, hasCertificate, holdsOrder, awaitsNames } = facts;
  if (state === "removed" || (holdsOrder && hasCertificate && !awaitsNames)) return nothingOwed(facts);
  if (holdsOrder) return first(facts, findings, now);
  const { awaySince, move } = moveOf(facts, findings, { policy, now });
  if (state === "moved")
    return { ...nothingOwed(facts), awaySince, move, ...look(move === "gone" ? null : now) };
  const isRight = evidenceOf(findings) === "none";
  const memory = remembered(facts.memory, isRight, now);
  // One that was right before and failed all the same waits for its time: a CA sees what we do not.
  const turned = facts.asked || (facts.memory.failing > 0 && mayTryEarly(facts, now));
  const wants = state === "failing" || state === "failed" || (state === "waiting" && facts.isMendable);
  const order = move === null && isRight && turned && wants && facts.isMendable;
  const common = { memory, awaySince, order, move };
  const mends = !isRight && (state === "failing" || state === "waiting") && facts.isMendable;
  if (mends && move === null)
    return {
      ...common,
      recheckAt: after(now, stepAfter(facts.asked ? 1 : memory.failing)),
      rank: 0,
      watched: watchedFaults(findings).length > 0,
    };
  return { ...common, ...look(hasCertificate || (state === "failed" && !order) ? now : null) };
}

const mayTryEarly = ({ failures, triedSince }: CheckFacts, now: Instant): boolean =>
  triedSince === null || failures < triesBySteps(triedSince, now) + mostTurns;

const look = (now: Instant | null): Pick<CheckOutcome, "recheckAt" | "rank" | "watched"> => ({
  recheckAt: now === null ? null : after(now, lookEvery),
  rank: 2,
  watched: false,
});

const nothingOwed = ({ memory, awaySince }: CheckFacts): CheckOutcome => ({
  memory,
  awaySince,
  order: false,
  recheckAt: null,
  rank: 2,
  watched: false,
  move: null,
});

/** The first order waits for it, or the first with names that were added. */
function first({ memory, asked }: CheckFacts, findings: readonly Finding[], now: Instant): CheckOutcome {
  const before = asked ? { ...memory, failing: 0 } : memory;
  const { order, recheckAt, ...next } = afterCheck(before, evidenceOf(findings), now);
  return {
    memory: next,
    awaySince: null,
    order,
    recheckAt,
    rank: 0,
    watched: recheckAt !== null && watchedFaults(findings).length > 0,
    move: null,
  };
}

const remembered = (memory: CheckMemory, isRight: boolean, now: Instant): CheckMemory =>
  isRight
    ? { ...memory, failing: 0, failingSince: null }
    : { ...memory, failing: memory.failing + 1, failingSince: memory.failingSince ?? now };

const stepAfter = (failing: number) => recheckSteps[Math.min(failing, recheckSteps.length) - 1] ?? lookEvery;

function moveOf(
  { state, names, hasCertificate, awaySince: since, leavesAt }: CheckFacts,
  findings: readonly (Finding | ComparedFinding)[],
  { policy, now }: { readonly policy: Pick<LifePolicy, "movedAfter">; readonly now: Instant },
): Pick<CheckOutcome, "awaySince" | "move"> {
  if (!hasCertificate) return { awaySince: null, move: null };
  const place = whereabouts(names, findings);
  if (place === "here") return { awaySince: null, move: state === "moved" ? "back" : null };
  const awaySince = place === "away" ? (since ?? now) : since;
  if (state === "moved") return { awaySince, move: leavesAt !== null && now >= leavesAt ? "gone" : null };
  const isGone = place === "away" && awaySince !== null && now >= after(awaySince, policy.movedAfter);
  return { awaySince, move: isGone ? "away" : null };
}
