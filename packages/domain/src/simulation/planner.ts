/**
 * One planning round after the other, as store/planning/plan-round.ts runs them in a transaction: fold the ledger, let
 * what is due join the line, place who is next. When the next is due is what-is-owed.ts's and the worker's.
 */
import type { BucketBook } from "../budget/bucket-book.ts";
import type { LedgerChange } from "../budget/ledger-change.ts";
import type { Limit } from "../budget/limit.ts";
import { type DailyWindow, isOpen, nextOpening } from "../campaign/daily-window.ts";
import { OrderPlanning } from "../schedule/order-planning.ts";
import { workClasses } from "../schedule/work-class.ts";
import { type Instant, minutes, seconds } from "../time/instant.ts";
import type { Line } from "./line.ts";
import { type Ceiling, PlanningRound, type Round } from "./planning-round.ts";
import type { PoolCa } from "./pool-ca.ts";

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

/** Ledger entries in one round. */
const mostEntries = 5_000;
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
  readonly #ceiling: Ceiling | null;
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
    const run = new PlanningRound({
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
