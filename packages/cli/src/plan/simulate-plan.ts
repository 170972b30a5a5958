/**
 * Runs a plan against the sim CA, order by order in virtual time. A module of its own, as the CA comes with it: a plan
 * alone is made without.
 */
import { setImmediate as turn } from "node:timers/promises";
import type { NewPlan, Plan } from "@certmill/api";
import { type CaToOpen, type SimulationOutcome, simulateAlone } from "@certmill/domain";
import { InProcessCa, type LimitRules, type Override, ruleSet } from "@certmill/sim";
import { numberText } from "../terminal/number-text.ts";
import { ProgressLine } from "../terminal/progress-line.ts";

/** As the API names them; with the seed that repeats it. */
export interface Simulated extends SimulationOutcome {
  readonly seed: number;
}

export interface SimulationRequest {
  /** Whole: its CAs, their limits and what is beside the list. */
  readonly wish: NewPlan;
  /** Of the same wish. */
  readonly plan: Plan;
  /** When the plan was made. */
  readonly now: string;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Tells on standard error how far it is. @throws the signal's reason */
export async function simulatePlan({ wish, plan, now, seed, signal }: SimulationRequest): Promise<Simulated> {
  const { finishesAt, days } = plan.enrolment;
  const simulation = simulateAlone(wish, {
    now,
    seed,
    planned: finishesAt === null ? null : days,
    openCa: (ca) => openCa(ca, seed),
  });
  using progress = new ProgressLine();
  for (;;) {
    const outcome = simulation.step();
    if (outcome !== null) return { seed, ...outcome };
    const { day, enrolled, issuable } = simulation.progress;
    progress.update(
      () =>
        `Simulating: day ${Math.floor(day)}, ${numberText(enrolled)} of ${numberText(issuable)} domains enrolled`,
    );
    // Where Ctrl-C is heard.
    await turn();
    signal.throwIfAborted();
  }
}

/** A right name is looked up in 1 to 7 seconds, so that an order takes the 5 on average that a plan counts with. */
const lookup = { leastSeconds: 1, mostSeconds: 7 };

function openCa({ accountId, limits, overrides, spent, isRight }: CaToOpen, seed: number): InProcessCa {
  const rules: LimitRules = {
    ...ruleSet(limits),
    overrides: overrides.flatMap((each) => grantOf(each, accountId)),
  };
  const ca = new InProcessCa({
    accountId,
    limits: rules,
    model: (name, now) => (isRight(name, now) ? { kind: "right" } : { kind: "wrong", how: "dns" }),
    lookup,
    seed,
  });
  ca.hasOrdered(spent.orders, spent.at);
  return ca;
}

/** The CA grants what the plan counts with; of the other limits nobody grants more. */
function grantOf(
  { limit, key, rule: allowance, startsAt: from }: CaToOpen["overrides"][number],
  account: string,
): readonly Override[] {
  if (limit === "new-orders-per-account") return [{ limit: "newOrdersPerAccount", account, allowance, from }];
  if (limit !== "new-certificates-per-registered-domain") return [];
  const what = { limit: "certificatesPerRegisteredDomain", allowance, from } as const;
  return [key === null ? { ...what, account } : { ...what, registeredDomain: key }];
}
