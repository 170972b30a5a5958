/**
 * One round of planning: for each lineage in turn, which CA its next order goes to and what that reserves, or what it
 * has to wait for. All or none of an order's buckets; CA by CA in the order of choose-ca.ts. Deterministic: what it
 * needs to know of the world is given.
 */
import { reserve, tokensLeft } from "../budget/bucket.ts";
import type { BucketBook } from "../budget/bucket-book.ts";
import { type Limit, type LimitName, unknownLimit } from "../budget/limit.ts";
import {
  type BucketName,
  type Exemption,
  lookedAt,
  type Spending,
  spendingOf,
} from "../budget/order-spending.ts";
import { after, type Instant, instant, minutes } from "../time/instant.ts";
import { accountBucket, type CaForPlanning } from "./ca-for-planning.ts";
import { caOrder } from "./choose-ca.ts";
import { floorOf, reserveShared } from "./class-share.ts";
import { orderAt } from "./order-at-ca.ts";
import { nextRefill, type RefillPromise } from "./refill-promise.ts";
import type { WaitingLineage } from "./waiting-lineage.ts";
import type { WorkClass } from "./work-class.ts";

export type Placement =
  | {
      readonly kind: "placed";
      readonly caId: string;
      readonly spending: readonly Spending[];
      readonly exemption: Exemption;
    }
  /** It waits for a limit of its own; others may pass it. */
  | {
      readonly kind: "parked";
      readonly until: Instant;
      readonly caId: string;
      readonly limit: LimitName;
      readonly key: string;
    }
  /** Its renewal waits for a CA that is down, as no limit counts it there; others may pass it. */
  | { readonly kind: "awaits-ca"; readonly until: Instant; readonly caId: string }
  /** No CA takes more of its class now. `until`: when one may; null: when an order in flight ends. */
  | { readonly kind: "held"; readonly until: Instant | null }
  /** No CA may have it at all. */
  | { readonly kind: "stranded" };

/** Orders in flight that the classes below leave to those above, as a share of the most. */
const inFlightKept: Readonly<Record<WorkClass, number>> = {
  emergency: 0,
  interactive: 0,
  renewal: 0.1,
  campaign: 0.2,
};

/**
 * Of the most in flight, emergencies are so many: where a CA revokes a million certificates a customer still gets one at
 * once. A share of their own and not one that is left to others, or those could keep an emergency from beginning.
 */
const emergencyShare = 0.8;

/** After so long a CA is looked at again that one order is trying out. */
const probeTime = minutes(1);

type Refusal =
  | { readonly scope: "ca"; readonly until: Instant | null }
  | { readonly scope: "own"; readonly until: Instant; readonly bucket: BucketName; readonly limit: Limit };

/** Room for an order, and what it has reserved. */
interface Granted {
  readonly spending: readonly Spending[];
  readonly exemption: Exemption;
}

export class OrderPlanning {
  readonly #cas: ReadonlyMap<string, CaForPlanning>;
  readonly #book: BucketBook;
  readonly #now: Instant;
  readonly #begun = new Map<string, number>();
  readonly #begunEmergencies = new Map<string, number>();

  constructor(cas: readonly CaForPlanning[], book: BucketBook, now: Instant) {
    this.#cas = new Map(cas.map((ca) => [ca.id, ca]));
    this.#book = book;
    this.#now = now;
  }

  place(lineage: WaitingLineage): Placement {
    const refusals: { readonly caId: string; readonly refusal: Refusal }[] = [];
    let awaited: CaForPlanning | null = null;
    for (const caId of this.#casFor(lineage)) {
      const ca = this.#cas.get(caId);
      if (ca === undefined || (awaited !== null && !this.#exempts(ca, lineage))) continue;
      const outcome = this.#tryAt(ca, lineage);
      if (!("scope" in outcome)) {
        countOne(this.#begun, caId);
        if (lineage.workClass === "emergency") countOne(this.#begunEmergencies, caId);
        return { kind: "placed", caId, ...outcome };
      }
      refusals.push({ caId, refusal: outcome });
      if (this.#isAwaited(ca, lineage)) awaited ??= ca;
    }
    if (awaited !== null) return this.#await(awaited, lineage);
    return this.#wait(lineage.workClass, refusals);
  }

  /** CAs that an order went to while they are only tried out. */
  probed(): readonly string[] {
    return [...this.#begun.keys()].filter((id) => this.#cas.get(id)?.admission.kind === "probe");
  }

  /**
   * How many orders of a class the CAs would take together, at the most: for how many it is worth to look. Orders that
   * are exempt from an account's limit are not counted by it.
   */
  appetite(workClass: WorkClass): number {
    return [...this.#cas.values()].reduce((sum, ca) => sum + this.#appetiteAt(ca, workClass), 0);
  }

  #appetiteAt(ca: CaForPlanning, workClass: WorkClass): number {
    if (this.#whyClosed(ca, workClass) !== null) return 0;
    const bucket = accountBucket(ca);
    const limit = this.#limitOf(ca, bucket);
    if (limit === null) return Number.POSITIVE_INFINITY;
    const left = tokensLeft(limit, this.#book.get(ca.id, bucket).bucket, this.#now);
    return Math.max(1, Math.floor(left) - floorOf(limit, workClass));
  }

  /**
   * The CAs it may have, the first choice first. Where all have refused the names before, all are asked again. A profile
   * is waited for where one of them offers it, and forgone where none does: a domain without a certificate is worse.
   */
  #casFor(lineage: WaitingLineage): readonly string[] {
    const { lineageId, allowed, avoid, profile } = lineage;
    const previous = this.#keptCa(lineage);
    const request = { lineageKey: lineageId, pool: [...this.#cas.values()], allowed, previous };
    const willing = caOrder({ ...request, avoid });
    const all = willing.length > 0 ? willing : caOrder({ ...request, avoid: [] });
    if (profile === null) return all;
    const offering = all.filter((id) => this.#cas.get(id)?.profiles.includes(profile) === true);
    return offering.length > 0 ? offering : all;
  }

  /**
   * A renewal stays where it is exempt. At a CA that counts it like any other it may have come while the preferred one was
   * down or had no budget: it goes back to that one.
   */
  #keptCa({ workClass, previous }: WaitingLineage): string | null {
    const isRenewal = workClass === "renewal" || workClass === "emergency";
    const exempts = previous !== null && this.#cas.get(previous)?.exemptsRenewals === true;
    return isRenewal && !exempts ? null : previous;
  }

  #tryAt(ca: CaForPlanning, lineage: WaitingLineage): Granted | Refusal {
    const closed = this.#whyClosed(ca, lineage.workClass);
    if (closed !== null) return closed;
    const order = orderAt(ca, lineage, this.#now);
    for (const bucket of lookedAt(order)) {
      const limit = this.#limitOf(ca, bucket);
      if (limit === null) continue;
      const look = reserve(limit, this.#book.get(ca.id, bucket).bucket, this.#now);
      if (look.kind === "refused") return { scope: "own", until: look.retryAt, bucket, limit };
    }
    const reserved = this.#reserveAll(ca, spendingOf(order), lineage.workClass);
    return "scope" in reserved ? reserved : { spending: reserved, exemption: order.exemption };
  }

  /** A renewal that has time waits where no limit counts it, instead of going where it takes a customer's order. */
  #isAwaited(ca: CaForPlanning, lineage: WaitingLineage): boolean {
    const { workClass, patientUntil } = lineage;
    const hasTime = workClass === "renewal" && patientUntil !== null && this.#now < patientUntil;
    return hasTime && ca.admission.kind !== "all" && this.#exempts(ca, lineage);
  }

  #exempts(ca: CaForPlanning, lineage: WaitingLineage): boolean {
    return orderAt(ca, lineage, this.#now).exemption !== "none";
  }

  #await({ id, admission }: CaForPlanning, { patientUntil }: WaitingLineage): Placement {
    const again = (admission.kind === "none" ? admission.until : null) ?? after(this.#now, probeTime);
    return { kind: "awaits-ca", until: instant(Math.min(again, patientUntil ?? again)), caId: id };
  }

  #whyClosed(ca: CaForPlanning, workClass: WorkClass): Refusal | null {
    const { admission, inFlight, mostInFlight } = ca;
    const begun = this.#begun.get(ca.id) ?? 0;
    if (admission.kind === "none") return { scope: "ca", until: admission.until };
    if (admission.kind === "probe" && begun > 0) return { scope: "ca", until: null };
    const room = mostInFlight - Math.floor(mostInFlight * inFlightKept[workClass]) - inFlight - begun;
    if (room <= 0 || (workClass === "emergency" && this.#hasItsEmergencies(ca)))
      return { scope: "ca", until: null };
    return null;
  }

  #hasItsEmergencies({ id, emergenciesInFlight, mostInFlight }: CaForPlanning): boolean {
    const most = Math.max(1, Math.floor(mostInFlight * emergencyShare));
    return emergenciesInFlight + (this.#begunEmergencies.get(id) ?? 0) >= most;
  }

  #reserveAll(
    ca: CaForPlanning,
    spending: readonly Spending[],
    workClass: WorkClass,
  ): readonly Spending[] | Refusal {
    const taken: (() => void)[] = [];
    const reserved: Spending[] = [];
    for (const bucket of spending) {
      const limit = this.#limitOf(ca, bucket);
      if (limit === null) continue;
      const entry = this.#book.get(ca.id, bucket);
      const reservation = reserveShared(limit, entry, workClass, this.#now);
      if (reservation.kind === "refused") {
        return bucket.limit === "new-orders-per-account"
          ? { scope: "ca", until: reservation.retryAt }
          : { scope: "own", until: reservation.retryAt, bucket, limit };
      }
      const { bucket: after, turns } = reservation;
      taken.push(() => this.#book.set(ca.id, bucket, { ...entry, bucket: after, turns }));
      reserved.push(bucket);
    }
    for (const take of taken) take();
    return reserved;
  }

  #limitOf(ca: CaForPlanning, bucket: BucketName): Limit | null {
    return ca.limitFor(bucket) ?? (this.#book.has(ca.id, bucket) ? unknownLimit : null);
  }

  /** The soonest of all that it waits for; others may pass it where that is a limit of its own. */
  #wait(
    workClass: WorkClass,
    refusals: readonly { readonly caId: string; readonly refusal: Refusal }[],
  ): Placement {
    if (refusals.length === 0) return { kind: "stranded" };
    const own = refusals.flatMap(({ caId, refusal }) =>
      refusal.scope === "own"
        ? [{ caId, ...refusal, refill: nextRefill(this.#book, { caId, ...refusal }) }]
        : [],
    );
    const [first] = own.sort((a, b) => a.refill.at - b.refill.at);
    const ofCas = refusals.flatMap(({ caId, refusal }) =>
      refusal.scope === "ca" && refusal.until !== null ? [{ caId, until: refusal.until }] : [],
    );
    const [soonest] = ofCas.sort((a, b) => a.until - b.until);
    if (first === undefined) return this.#hold(workClass, soonest);
    const ofCa = soonest === undefined ? null : this.#refillOfOrders(soonest);
    const refill = ofCa !== null && ofCa.at < first.refill.at ? ofCa : first.refill;
    refill.keep();
    return { kind: "parked", until: refill.at, caId: first.caId, ...nameOf(first.bucket) };
  }

  /** A renewal that is not exempt steps out of the line, as most behind it are: what holds it does not hold them. */
  #hold(
    workClass: WorkClass,
    soonest: { readonly caId: string; readonly until: Instant } | undefined,
  ): Placement {
    const ca = soonest === undefined ? undefined : this.#cas.get(soonest.caId);
    const mayPass = workClass === "renewal" || workClass === "emergency";
    if (soonest === undefined || ca === undefined || !mayPass)
      return { kind: "held", until: soonest?.until ?? null };
    const refill = this.#refillOfOrders(soonest);
    refill.keep();
    return { kind: "parked", until: refill.at, caId: ca.id, ...accountBucket(ca) };
  }

  #refillOfOrders({ caId, until }: { readonly caId: string; readonly until: Instant }): RefillPromise {
    const ca = this.#cas.get(caId);
    const bucket = ca === undefined ? null : accountBucket(ca);
    const limit = ca === undefined || bucket === null ? null : this.#limitOf(ca, bucket);
    if (bucket === null || limit === null) return { at: until, keep: () => {} };
    return nextRefill(this.#book, { caId, bucket, limit, until });
  }
}

const countOne = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1);
};

const nameOf = ({ limit, key }: BucketName): BucketName => ({ limit, key });
