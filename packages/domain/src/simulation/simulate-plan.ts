/** A plan's request enrolled order by order: the list is made up by its counts. */

import type { LimitOverride } from "../budget/effective-limits.ts";
import type { LimitSetName } from "../budget/limit-sets.ts";
import { limitSets } from "../budget/limit-sets.ts";
import { ordersSpent } from "../plan/orders-spent.ts";
import { nothingKnown } from "../plan/plan-alone.ts";
import { isPair, type PlannedCa, type PlanRequest } from "../plan/plan-request.ts";
import { type PlanWish, planRequest } from "../plan/plan-wish.ts";
import { renewAt } from "../schedule/renewal.ts";
import { stableFraction } from "../schedule/stable-fraction.ts";
import { after, days, type Instant, instant, milliseconds } from "../time/instant.ts";
import { outcomeOf, type SimulationOutcome } from "./outcome.ts";
import type { SimulatedCa } from "./simulated-ca.ts";
import { Simulation } from "./simulation.ts";
import type { ExistingCertificate, NameFate, NamesOfOne, SimulationTerms } from "./simulation-terms.ts";
import { syntheticList } from "./synthetic-list.ts";

/** A CA that does as the plan believes of it. */
export interface CaToOpen {
  readonly name: string;
  readonly accountId: string;
  readonly limits: LimitSetName;
  readonly overrides: readonly LimitOverride[];
  /** Of our account's new orders, at the start. */
  readonly spent: { readonly orders: number; readonly at: Instant };
  /** What it finds when it looks a name up. */
  readonly isRight: (name: string, now: Instant) => boolean;
}

export interface PlanSimulationParts {
  /** Decides which names fail, in which order the list is, and whatever the CAs leave to chance. */
  readonly seed: number;
  /** Binds the simulation to a CA; told in the order of the plan's CAs. */
  readonly openCa: (ca: CaToOpen) => SimulatedCa;
}

/** Of the time that the plan takes: when a list is not done by then, that is the outcome. */
const patience = 1.5;
const leastPatience = days(30);
/** Lifetime of the certificates that are there, as most CAs issue today. */
const lifetime = days(90);

/** A simulation of a plan, to be taken on step by step: a long one is to be stopped and told of. */
export class PlanSimulation {
  readonly #simulation: Simulation;
  readonly #end: Instant;
  readonly #startsAt: Instant;

  /** @param planned days until the finish by the plan; null: it knows none. */
  constructor(request: PlanRequest, planned: number | null, { seed, openCa }: PlanSimulationParts) {
    const { startsAt, failing, background, cas, list, packs } = request;
    const rightFrom = after(startsAt, days(failing.laterAfterDays));
    const fateOf = (name: string): NameFate => fateBy(name, seed, failing);
    const isRight = (name: string, now: Instant): boolean => {
      const fate = fateOf(name);
      return fate === "right" || (fate === "later" && now >= rightFrom);
    };
    const mostNames = Math.min(packs.names, ...cas.map(({ limitSet }) => limitSets[limitSet].mostNames));
    this.#startsAt = startsAt;
    this.#end = after(startsAt, milliseconds(Math.max(leastPatience, days((planned ?? 365) * patience))));
    this.#simulation = new Simulation({
      startsAt,
      cas: cas.map((ca) => poolCaOf(ca, { startsAt, isRight, openCa })),
      isPaired: isPair(request.keyType),
      list: syntheticList(list, { seed, packs: { ...packs, names: mostNames } }),
      fateOf,
      rightFrom,
      checksFirst: request.checksFirst,
      customers:
        background.newPerDay > 0
          ? { every: milliseconds(days(1) / background.newPerDay), names: besides("new") }
          : null,
      existing: existing(request),
      pace: { window: null, perHour: null },
      mostFailed: 1,
      renewalSpreadDays: 15,
      weather: [],
    });
  }

  /** Of the list's domains that can have a certificate: the share that has one. */
  get progress(): { readonly day: number; readonly enrolled: number; readonly issuable: number } {
    const { enrolled, issuable } = this.#simulation.journal;
    return { day: (this.#simulation.now - this.#startsAt) / days(1), enrolled, issuable };
  }

  /** Takes it on by some steps. @returns the outcome when it is over; null: it goes on. */
  step(): SimulationOutcome | null {
    const simulation = this.#simulation;
    const { journal } = simulation;
    let left = stepsAtOnce;
    simulation.advanceTo(this.#end, () => {
      left -= 1;
      return left <= 0 || journal.isEnrolled;
    });
    if (!journal.isEnrolled && simulation.now < this.#end) return null;
    return outcomeOf({ journal, now: simulation.now, pauses: simulation.pauses, troubles: [] });
  }
}

/** Instants in which something happens; a thousand take some tens of milliseconds. */
const stepsAtOnce = 1_000;

function poolCaOf(
  ca: PlannedCa,
  {
    startsAt: at,
    isRight,
    openCa,
  }: Pick<CaToOpen, "isRight"> & Pick<PlanSimulationParts, "openCa"> & Pick<PlanRequest, "startsAt">,
): SimulationTerms["cas"][number] {
  const { name, limitSet, overrides, weight, mostOrdersInFlight, orders } = ca;
  const accountId = ca.accountId === "" ? name : ca.accountId;
  return {
    id: name,
    accountId,
    weight,
    limitSet,
    overrides,
    mostOrdersInFlight,
    orders,
    ca: openCa({
      name,
      accountId,
      limits: limitSet,
      overrides,
      spent: { orders: ordersSpent(ca, at), at },
      isRight,
    }),
  };
}

/** A name and its `www` share theirs, as one customer sets both up. */
function fateBy(name: string, seed: number, { never, later }: PlanRequest["failing"]): NameFate {
  const site = name.replace(/^www\./, "");
  if (site.startsWith(besidePrefix)) return "right";
  const drawn = stableFraction(`${seed} ${site}`);
  return drawn < never ? "never" : drawn < never + later ? "later" : "right";
}

/** As `planAlone` for the same wish and instant. */
export const simulateAlone = (
  wish: PlanWish,
  { now, planned, ...parts }: PlanSimulationParts & { readonly now: string; readonly planned: number | null },
): PlanSimulation =>
  new PlanSimulation(planRequest(wish, nothingKnown(instant(Date.parse(now)))), planned, parts);

const besidePrefix = "beside-";

/** Names of others, which are right. */
function* besides(kind: string): Generator<NamesOfOne> {
  for (let index = 1; ; index += 1) {
    const name = `${besidePrefix}${kind}${index}.example`;
    yield { names: [name, `www.${name}`], tenant: `${besidePrefix}${index % 1_000}` };
  }
}

/** As many certificates as make so many renewals a day, due evenly from the start on. */
function* existing({ startsAt, background }: PlanRequest): Generator<ExistingCertificate> {
  const { renewalsPerDay, exemptShare } = background;
  const age = renewAt(startsAt, after(startsAt, lifetime)) - startsAt;
  const count = Math.round((renewalsPerDay * age) / days(1));
  const others = besides("old");
  for (let index = 0; index < count; index += 1) {
    const each = others.next();
    if (each.done === true) return;
    const notBefore = instant(startsAt - age + Math.floor((age * (index + 0.5)) / count));
    const notAfter = after(notBefore, lifetime);
    const isExempt = Math.floor((index + 1) * exemptShare) > Math.floor(index * exemptShare);
    yield { ...each.value, notBefore, notAfter, countsAsNew: !isExempt };
  }
}
