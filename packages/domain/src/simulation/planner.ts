/**
 * One planning round after the other, as store/planning/plan-round.ts and place-line.ts run them in a transaction: fold
 * the ledger, let what is due join the line, place who is next.
 */
import { type Bucket, reserve, settle } from "../budget/bucket.ts";
import type { BucketBook } from "../budget/bucket-book.ts";
import type { LedgerChange } from "../budget/ledger-change.ts";
import type { Limit, LimitName } from "../budget/limit.ts";
import type { Exemption, Spending } from "../budget/order-spending.ts";
import { type DailyWindow, isOpen, nextOpening } from "../campaign/daily-window.ts";
import { OrderPlanning } from "../schedule/order-planning.ts";
import { type WorkClass, workClasses } from "../schedule/work-class.ts";
import { after, type Instant, instant, minutes, seconds } from "../time/instant.ts";
import type { Candidate, Lane, Line } from "./line.ts";
import { type Lineage, sameSetAt } from "./lineage.ts";
import type { PoolCa } from "./pool-ca.ts";

export interface PlannedOrder {
  readonly lineage: Lineage;
  readonly workClass: WorkClass;
  readonly caId: string;
  readonly spending: readonly Spending[];
  readonly exemption: Exemption;
}

interface LedgerEntry {
  readonly caId: string;
  readonly at: Instant;
  readonly change: LedgerChange;
}

export interface CampaignPaceTerms {
  readonly window: DailyWindow | null;
  /** Orders begun in an hour at most; null: as the CAs allow. */
  readonly perHour: number | null;
}

export interface Round {
  readonly orders: readonly PlannedOrder[];
  /** Those that had to wait for a limit of their own, by limit. */
  readonly parked: Readonly<Partial<Record<LimitName, number>>>;
  readonly stranded: readonly Lineage[];
  /** Why the campaign's line could not go on; null: nobody is left in it, or the next round is at once. */
  readonly campaignHeld: CampaignHeld | null;
}

/** By new orders of all CAs; by orders in flight; by its own window or ceiling. */
export type CampaignHeld = "orders" | "in-flight" | "pace";

/** Orders in one round: as many as one worker process takes on. */
const mostOrders = 64;
/** Ledger entries in one round. */
const mostEntries = 5_000;
/** So often room is looked for that an order has left. */
const roomEvery = seconds(1);
/** A worker's rounds follow each other no faster. */
const leastWait = 20;
/** What the CAs' answers have told is folded in after so long, though nobody is to be planned. */
const oldestEntry = seconds(60);
const sweepEvery = minutes(60);

export class Planner {
  readonly line: Line;
  readonly #cas: ReadonlyMap<string, PoolCa>;
  readonly #book: BucketBook;
  readonly #window: DailyWindow | null;
  readonly #ceiling: { readonly limit: Limit; bucket: Bucket } | null;
  #ledger: LedgerEntry[] = [];
  #folded = 0;
  #wakeAt: number | null = null;
  #allowedAt = 0;
  #sweptAt = 0;

  constructor(parts: {
    readonly line: Line;
    readonly cas: readonly PoolCa[];
    readonly book: BucketBook;
    readonly pace: CampaignPaceTerms;
  }) {
    const { line, cas, book, pace } = parts;
    this.line = line;
    this.#cas = new Map(cas.map((ca) => [ca.terms.id, ca]));
    this.#book = book;
    this.#window = pace.window;
    this.#ceiling =
      pace.perHour === null ? null : { limit: perHour(pace.perHour), bucket: { fullAt: 0, reserved: 0 } };
  }

  /** When the next round is due; null: nobody waits for one. */
  get dueAt(): number | null {
    const oldest = this.#ledger[this.#folded];
    const dues = [this.line.nextAt, this.#wakeAt, oldest === undefined ? null : oldest.at + oldestEntry];
    let due: number | null = null;
    for (const at of dues) if (at !== null && (due === null || at < due)) due = at;
    return due === null ? null : Math.max(due, this.#allowedAt);
  }

  note(entry: LedgerEntry): void {
    this.#ledger.push(entry);
  }

  round(now: Instant): Round {
    this.#fold(now);
    const moreDue = this.line.enqueueDue(now);
    const planning = new OrderPlanning(
      [...this.#cas.values()].map((ca) => ca.forPlanning(now)),
      this.#book,
      now,
    );
    const run = new RoundRun({
      line: this.line,
      planning,
      now,
      ceiling: this.#ceiling,
      limitsChangeAt: this.#nextChangeAt(now),
    });
    const isCampaignOpen = isOpen(this.#window, now);
    if (this.#window !== null && !isCampaignOpen && this.line.isCampaignWaiting) {
      run.wakes.push(nextOpening(this.#window, now));
      run.campaignHeld = "pace";
    }
    for (const workClass of workClasses) {
      const lanes = this.line.lanes.filter(
        (lane) =>
          lane.workClass === workClass && lane.waiting.size > 0 && (isCampaignOpen || !lane.ofCampaign),
      );
      if (lanes.length > 0) run.planClass(workClass, lanes);
    }
    this.line.served(run.placed);
    for (const caId of planning.probed()) this.#cas.get(caId)?.beginProbe(now);
    this.#sweep(now);
    this.#wakeAt = run.wakeAt(moreDue);
    this.#allowedAt = now + leastWait;
    return run;
  }

  #fold(now: Instant): void {
    const end = Math.min(this.#ledger.length, this.#folded + mostEntries);
    for (; this.#folded < end; this.#folded += 1) {
      const entry = this.#ledger[this.#folded];
      if (entry !== undefined)
        this.#cas.get(entry.caId)?.fold(entry.change, { book: this.#book, at: entry.at, now });
    }
    if (this.#folded === this.#ledger.length) {
      this.#ledger = [];
      this.#folded = 0;
    }
  }

  #nextChangeAt(now: Instant): Instant | null {
    let next: Instant | null = null;
    for (const ca of this.#cas.values()) {
      const at = ca.nextChangeAt(now);
      if (at !== null && (next === null || at < next)) next = at;
    }
    return next;
  }

  #sweep(now: Instant): void {
    if (now - this.#sweptAt < sweepEvery) return;
    this.#sweptAt = now;
    this.#book.forgetFull(now);
    this.line.forgetFlows();
  }
}

/** Evenly, a minute's worth at once; as store/planning/open-lanes.ts has it. */
const perHour = (count: number): Limit => ({
  burst: Math.max(1, Math.ceil(count / 60)),
  count,
  period: minutes(60),
});

/** What one round decides, as it grows. */
class RoundRun implements Round {
  readonly orders: PlannedOrder[] = [];
  readonly parked: Partial<Record<LimitName, number>> = {};
  readonly stranded: Lineage[] = [];
  readonly placed: Candidate[] = [];
  readonly wakes: number[] = [];
  campaignHeld: CampaignHeld | null = null;
  readonly #line: Line;
  readonly #planning: OrderPlanning;
  readonly #now: Instant;
  readonly #ceiling: { readonly limit: Limit; bucket: Bucket } | null;
  readonly #limitsChangeAt: Instant | null;
  #more = false;
  #waitsForRoom = false;

  constructor(parts: {
    readonly line: Line;
    readonly planning: OrderPlanning;
    readonly now: Instant;
    readonly ceiling: { readonly limit: Limit; bucket: Bucket } | null;
    readonly limitsChangeAt: Instant | null;
  }) {
    this.#line = parts.line;
    this.#planning = parts.planning;
    this.#now = parts.now;
    this.#ceiling = parts.ceiling;
    this.#limitsChangeAt = parts.limitsChangeAt;
    if (parts.limitsChangeAt !== null) this.wakes.push(parts.limitsChangeAt);
  }

  /** Looks at no more than the CAs have an appetite for; a lane that has to wait makes room for the others. */
  planClass(workClass: WorkClass, all: readonly Lane[]): void {
    const exempted = workClass === "renewal" || workClass === "emergency";
    let lanes = all;
    while (lanes.length > 0) {
      const room = mostOrders - this.orders.length;
      if (room <= 0) {
        this.#more = true;
        return;
      }
      const most = exempted ? room : Math.min(room, this.#planning.appetite(workClass) + 1);
      const line = this.#line.takeNext(lanes, most);
      const held = this.#placeAll(line);
      if (held.size === 0) {
        if (line.length === most) this.#more = true;
        return;
      }
      lanes = lanes.filter((lane) => !held.has(lane));
    }
  }

  wakeAt(moreDue: boolean): number | null {
    if (this.#more || moreDue) return this.#now;
    if (this.#waitsForRoom) this.wakes.push(after(this.#now, roomEvery));
    return this.wakes.length === 0 ? null : Math.min(...this.wakes);
  }

  #placeAll(line: readonly Candidate[]): ReadonlySet<Lane> {
    const held = new Set<Lane>();
    for (const candidate of line) {
      if (!this.#isDecided(candidate)) {
        held.add(candidate.lane);
        candidate.lane.waiting.putBack(candidate.entry);
      }
    }
    return held;
  }

  /** @returns false when it has to wait in line. */
  #isDecided(candidate: Candidate): boolean {
    const { lane, entry } = candidate;
    const lineage = entry.item;
    const ceiling = lane.ofCampaign ? this.#ceiling : null;
    if (ceiling !== null) {
      const reservation = reserve(ceiling.limit, ceiling.bucket, this.#now);
      if (reservation.kind === "refused") {
        this.wakes.push(reservation.retryAt);
        this.campaignHeld = "pace";
        return false;
      }
    }
    const placement = this.#planning.place({
      lineageId: lineage.id,
      names: lineage.names,
      workClass: lane.workClass,
      allowed: null,
      avoid: lineage.avoid,
      previous: lineage.certificate?.caId ?? null,
      sameSetAt: sameSetAt(lineage, this.#now),
      // Renewal information is not simulated: a renewal is exempt as one for the same names.
      successor: null,
    });
    switch (placement.kind) {
      case "placed":
        this.placed.push(candidate);
        this.orders.push({
          lineage,
          workClass: lane.workClass,
          caId: placement.caId,
          spending: placement.spending,
          exemption: placement.exemption,
        });
        if (ceiling !== null) ceiling.bucket = settle(ceiling.limit, ceiling.bucket, this.#now);
        return true;
      case "parked":
        this.#line.park(candidate, earlier(placement.until, this.#limitsChangeAt));
        this.parked[placement.limit] = (this.parked[placement.limit] ?? 0) + 1;
        return true;
      case "held":
        if (placement.until === null) this.#waitsForRoom = true;
        else this.wakes.push(placement.until);
        if (lane.ofCampaign) this.campaignHeld = placement.until === null ? "in-flight" : "orders";
        return false;
      case "stranded":
        this.stranded.push(lineage);
        return true;
    }
  }
}

const earlier = (at: Instant, other: Instant | null): Instant =>
  other === null ? at : instant(Math.min(at, other));
