/**
 * The loop of one process: feeds the campaigns and mass replacements, plans what lineages are due, claims what issuances are due, runs
 * them side by side, and waits until the database owes something again. Nothing is remembered between two rounds.
 */
import { type Duration, type Instant, milliseconds } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { type ClaimedIssuance, claimIssuances, releaseIssuance } from "../store/claim-issuances.ts";
import type { Db } from "../store/database.ts";
import type { LedgerNews } from "../store/planning/fold-ledger.ts";
import { planRound } from "../store/planning/plan-round.ts";
import type { BeginTrace } from "../store/planning/write-plan.ts";
import { isDue, readOwed } from "../store/what-is-owed.ts";
import { feedCampaigns } from "./feed-campaigns.ts";
import { feedReplacements } from "./feed-replacements.ts";
import { Rounds } from "./rounds.ts";

export interface WorkerOptions {
  readonly db: Db;
  readonly clock: Clock;
  /** Issuances run side by side in this process. */
  readonly concurrency: number;
  readonly lease: Duration;
  /** Whether Vault is asked before a first order; absent: it is not. */
  readonly lookFirst?: boolean;
  /** Whether names are checked before their first order; absent: they are not. */
  readonly checkFirst?: boolean;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  /** Decides which new issuances are traced; absent: none is. */
  readonly beginTrace?: BeginTrace;
  /** Takes one claimed issuance as far as it goes. @returns when it goes on; null: it has ended. */
  readonly run: (issuance: ClaimedIssuance, signal: AbortSignal) => Promise<Instant | null>;
  /** Told what the operator should know of a CA's budget. */
  readonly onNews: (news: LedgerNews) => void;
  /** Told when a round or an issuance broke: the database is away, or a bug. */
  readonly onError: (error: unknown, issuance: ClaimedIssuance | null) => void;
}

/** Of the places, those that are for what is urgent only. */
const urgentShare = 1 / 8;

/** So that work that comes due together is claimed together. */
const shortestWait = 20;

export class Worker {
  readonly #options: WorkerOptions;
  readonly #cut = new AbortController();
  #rounds: Rounds | null = null;
  /** Whether the last planning left somebody in line for want of room, and whether there may be some since. */
  #waitsForRoom = false;
  #mayHaveRoom = false;
  #lastRoundAt: Instant | null = null;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, onError } = this.#options;
    this.#rounds ??= new Rounds({
      clock,
      round: async (rounds) => {
        const wait = await this.#round(rounds);
        this.#lastRoundAt = clock.now();
        return wait;
      },
      shortestWait,
      afterError: 1_000,
      noMore: "Nothing is claimed any more.",
      onError: (error) => onError(error, null),
    });
  }

  /** Something may be due: the next round begins now. */
  wake(): void {
    this.#rounds?.wake();
  }

  /** When the last round ended well; null before the first. Readiness looks at it. */
  get lastRoundAt(): Instant | null {
    return this.#lastRoundAt;
  }

  get busy(): number {
    return this.#rounds?.underway ?? 0;
  }

  /**
   * Claims nothing more; lets what runs come to its next wait, for `grace` milliseconds at most, then cuts it
   * off and gives it back for another worker.
   */
  async stop(grace: number): Promise<void> {
    const timer = setTimeout(() => this.#cut.abort(new Error("The worker is stopping.")), grace);
    await this.#rounds?.stop();
    clearTimeout(timer);
  }

  /** @returns how long to wait for the next round, in milliseconds. */
  async #round(rounds: Rounds): Promise<number> {
    const { db, clock, concurrency, pollEvery } = this.#options;
    const free = concurrency - rounds.underway;
    if (free <= 0) return pollEvery;
    const now = clock.now();
    const owed = await readOwed(db, now);
    if (rounds.signal.aborted) return 0;
    const toPlan = this.#mayHaveRoom || isDue(owed.planningAt, now);
    const toFeed = isDue(owed.campaignAt, now);
    const toReplace = isDue(owed.replacementAt, now);
    if (toFeed) await feedCampaigns(db, now);
    if (toReplace) await feedReplacements(db, now);
    const planned = toPlan ? await this.#plan(free, now) : 0;
    const toClaim = planned > 0 || isDue(owed.issuanceAt, now);
    const claimed = toClaim ? await this.#claim(rounds.underway, now) : [];
    for (const issuance of claimed) rounds.begin(this.#runBeside(rounds, issuance));
    if (claimed.length === free) return pollEvery;
    // What was done has changed what is owed. An issuance that was begun tells itself when it goes on.
    if (toFeed || toReplace || toPlan) return 0;
    const issuanceAt = toClaim ? owed.nextIssuanceAt : owed.issuanceAt;
    const dues = [owed.planningAt, owed.campaignAt, owed.replacementAt, issuanceAt];
    const waits = dues.filter((due) => due !== null).map((due) => milliseconds(due - clock.now()));
    return Math.min(...waits, pollEvery);
  }

  /** Places that all may take. A customer's order does not wait until one of a campaign's ends, which may all wait for a slow CA. */
  get #common(): number {
    const { concurrency } = this.#options;
    return concurrency - Math.floor(concurrency * urgentShare);
  }

  async #claim(underway: number, now: Instant): Promise<readonly ClaimedIssuance[]> {
    const { db, concurrency, lease } = this.#options;
    const limit = Math.max(0, this.#common - underway);
    const claimed = limit === 0 ? [] : await claimIssuances(db, { limit, lease, now });
    const left = concurrency - underway - claimed.length;
    if (claimed.length < limit || left === 0) return claimed;
    return [...claimed, ...(await claimIssuances(db, { limit: left, lease, now, onlyUrgent: true }))];
  }

  /** @returns how many orders were planned. */
  async #plan(limit: number, now: Instant): Promise<number> {
    const { db, onNews, lookFirst = false, checkFirst = false, beginTrace = () => null } = this.#options;
    const round = await planRound(db, { limit, now, lookFirst, checkFirst, beginTrace });
    if (round.kind === "elsewhere") return 0;
    this.#waitsForRoom = round.waitsForRoom;
    this.#mayHaveRoom = false;
    for (const news of round.news) onNews(news);
    return round.orders;
  }

  /** @returns when a round is to go on with it, where none is needed sooner. */
  async #runBeside(rounds: Rounds, issuance: ClaimedIssuance): Promise<Instant | void> {
    const goesOnAt = await this.#run(issuance);
    const isFull = rounds.underway >= this.#common;
    if (goesOnAt !== null && !isFull) return goesOnAt;
    this.#mayHaveRoom ||= this.#waitsForRoom;
  }

  /** @returns when it goes on; null: nobody here knows. */
  async #run(issuance: ClaimedIssuance): Promise<Instant | null> {
    const { db, clock, run, onError } = this.#options;
    try {
      // It may have been claimed while the worker was told to stop.
      this.#cut.signal.throwIfAborted();
      return await run(issuance, this.#cut.signal);
    } catch (error) {
      if (!this.#cut.signal.aborted) onError(error, issuance);
      else
        await releaseIssuance(db, { ...issuance, now: clock.now() }).catch((failed) =>
          onError(failed, issuance),
        );
      return null;
    }
  }
}
