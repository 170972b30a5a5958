/**
 * Looks at the addresses of names that are wrong, each minute: a check costs ten times as much, and an order is to start
 * within a minute of the DNS being right. It only brings the check forward; without it the check comes on its schedule.
 */
import { milliseconds, minutes } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { checkNow, claimQuickLook, type WatchedNames } from "../store/quick-looks.ts";
import { Bell } from "./bell.ts";

/** Whether all addresses of a name are those that it is to have. It has a deadline of its own. @throws the signal's reason. */
export type LeadsHere = (name: string, signal: AbortSignal) => Promise<boolean>;

export interface QuickLookOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly leadsHere: LeadsHere;
  readonly onError: (error: unknown) => void;
}

const lookAgainAfter = minutes(1);
/** Lineages in one round: a third of a core's minute. With more, each is looked at less often. */
const mostInRound = 6_000;
const atOnce = 128;
/** Found right together, these are checked before the rest of the round is looked at. */
const batch = 16;

export class QuickLook {
  readonly #options: QuickLookOptions;
  readonly #bell: Bell;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: QuickLookOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
    this.#loop = this.#rounds();
  }

  /** Something may be there to look at. */
  wake(): void {
    this.#bell.ring();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("Names are looked at no more."));
    this.#bell.ring();
    await this.#loop;
  }

  async #rounds(): Promise<void> {
    const { clock, onError } = this.#options;
    while (!this.#stop.signal.aborted) {
      const began = clock.now();
      let isIdle = false;
      try {
        isIdle = !(await this.#round());
      } catch (error) {
        if (!this.#stop.signal.aborted) onError(error);
      }
      const rest = milliseconds(Math.max(0, lookAgainAfter - (clock.now() - began)));
      if (!this.#stop.signal.aborted) await clock.wait(rest, this.#stop.signal);
      if (isIdle && !this.#stop.signal.aborted) await this.#bell.wait(0, idleFor);
    }
  }

  /** @returns whether somebody is to be looked at again in a minute. */
  async #round(): Promise<boolean> {
    const { db, clock } = this.#options;
    const request = { limit: mostInRound, every: lookAgainAfter, now: clock.now() };
    const page = await claimQuickLook(db, request);
    if (page === null || page.length === 0) return page === null;
    const left = page[Symbol.iterator]();
    const right: string[] = [];
    const tell = async (): Promise<void> => {
      const found = right.splice(0);
      if (found.length > 0) await checkNow(db, found, clock.now());
    };
    const lookOn = async (): Promise<void> => {
      for (const watched of left) {
        if (await this.#isRight(watched)) right.push(watched.lineageId);
        if (right.length >= batch) await tell();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lookOn));
    await tell();
    return true;
  }

  async #isRight({ names }: WatchedNames): Promise<boolean> {
    const { leadsHere } = this.#options;
    if (names.length === 0) return false;
    for (const name of names) if (!(await leadsHere(name, this.#stop.signal))) return false;
    return true;
  }
}

/** With nobody to look at, as long as nobody rings. */
const idleFor = minutes(10);
