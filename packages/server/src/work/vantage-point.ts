/** Looks at names for the checks that other processes make, from where this one is, as long as it runs. */
import { type NameFacts } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import {
  announceVantage,
  answerLook,
  type Look,
  takeLooks,
  withdrawVantage,
} from "../store/vantage-looks.ts";
import { Bell } from "./bell.ts";

export interface VantagePointOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly name: string;
  readonly look: (name: string, signal: AbortSignal) => Promise<NameFacts>;
  readonly onError: (error: unknown) => void;
}

/** Looks side by side. */
const atOnce = 64;
/** In milliseconds. */
const pollEvery = 2_000;
const announceEvery = 30_000;
const shortestWait = 5;

export class VantagePoint {
  readonly #options: VantagePointOptions;
  readonly #bell: Bell;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #loop: Promise<void>;
  #announceAt = 0;

  constructor(options: VantagePointOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
    this.#loop = this.#rounds();
  }

  /** Somebody asks for a look from here. */
  wake(): void {
    this.#bell.ring();
  }

  /** What it is looking at is left: who asked goes on without. */
  async stop(): Promise<void> {
    const { db, name, onError } = this.#options;
    this.#stop.abort(new Error("This process is a vantage point no more."));
    this.#bell.ring();
    await this.#loop;
    await Promise.all(this.#running);
    await withdrawVantage(db, name).catch(onError);
  }

  async #rounds(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#round().catch((error: unknown) => this.#options.onError(error));
      if (!this.#stop.signal.aborted) await this.#bell.wait(shortestWait, pollEvery);
    }
  }

  async #round(): Promise<void> {
    const { db, clock, name } = this.#options;
    const now = clock.now();
    if (now >= this.#announceAt) {
      await announceVantage(db, name, now);
      this.#announceAt = now + announceEvery;
    }
    const limit = atOnce - this.#running.size;
    if (limit <= 0) return;
    for (const each of await takeLooks(db, { vantage: name, limit, now })) this.#begin(each);
  }

  #begin(asked: Look): void {
    const running = this.#answer(asked).finally(() => {
      this.#running.delete(running);
      this.#bell.ring();
    });
    this.#running.add(running);
  }

  async #answer({ id, name }: Look): Promise<void> {
    const { db, look, onError } = this.#options;
    const { signal } = this.#stop;
    try {
      await answerLook(db, id, await look(name, signal));
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }
}
