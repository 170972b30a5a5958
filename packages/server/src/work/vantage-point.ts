/** Looks at names for the checks that other processes make, from where this one is, as long as it runs. */
import { type NameFacts } from "@certmill/domain";
import {
  announceVantage,
  answerLook,
  type Look,
  takeLooks,
  withdrawVantage,
} from "../store/check/vantage-looks.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

export interface VantagePointOptions extends WatchBase {
  readonly name: string;
  readonly look: (name: string, signal: AbortSignal) => Promise<NameFacts>;
}

/** Looks side by side. */
const atOnce = 64;
/** In milliseconds. */
const pollEvery = 2_000;
const announceEvery = 30_000;

export class VantagePoint {
  readonly #options: VantagePointOptions;
  readonly #rounds: Rounds;
  #announceAt = 0;

  constructor(options: VantagePointOptions) {
    this.#options = options;
    this.#rounds = new Rounds({
      clock: options.clock,
      round: async (rounds) => {
        await this.#round(rounds);
        return pollEvery;
      },
      shortestWait: 5,
      afterError: pollEvery,
      noMore: "This process is a vantage point no more.",
      onError: options.onError,
    });
  }

  /** Somebody asks for a look from here. */
  wake(): void {
    this.#rounds.wake();
  }

  /** What it is looking at is left: who asked goes on without. */
  async stop(): Promise<void> {
    const { db, name, onError } = this.#options;
    await this.#rounds.stop();
    await withdrawVantage(db, name).catch(onError);
  }

  async #round(rounds: Rounds): Promise<void> {
    const { db, clock, name } = this.#options;
    const now = clock.now();
    if (now >= this.#announceAt) {
      await announceVantage(db, name, now);
      this.#announceAt = now + announceEvery;
    }
    const limit = atOnce - rounds.underway;
    if (limit <= 0) return;
    for (const each of await takeLooks(db, { vantage: name, limit, now }))
      rounds.begin(this.#answer(each, rounds.signal));
  }

  async #answer({ id, name }: Look, signal: AbortSignal): Promise<void> {
    const { db, look, onError } = this.#options;
    try {
      await answerLook(db, id, await look(name, signal));
    } catch (error) {
      if (!signal.aborted) onError(error);
    }
  }
}
