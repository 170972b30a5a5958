/**
 * What a process does in rounds, as long as it runs: a round, a wait that a ring may end, the next round. An error is told,
 * and the next round comes a while later. It begins when it is made.
 */
import type { Duration, Instant } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { Bell } from "./bell.ts";

export interface RoundsOptions {
  readonly clock: Clock;
  /** One round. @returns how long to wait for the next one, in milliseconds, unless somebody rings. */
  readonly round: (rounds: Rounds) => Promise<number>;
  /** However much is due, rounds follow each other no faster, in milliseconds. */
  readonly shortestWait: number;
  /** The wait after a round that failed, in milliseconds. */
  readonly afterError: number;
  /** A sentence: what is done no more once this has stopped. Work that is cut off is told it. */
  readonly noMore: string;
  /** Not told of errors after `stop`. */
  readonly onError: (error: unknown) => void;
}

export class Rounds {
  readonly #options: RoundsOptions;
  readonly #bell: Bell;
  readonly #stop = new AbortController();
  readonly #underway = new Set<Promise<void>>();
  readonly #loop: Promise<void>;

  constructor(options: RoundsOptions) {
    this.#options = options;
    this.#bell = new Bell(options.clock);
    this.#loop = this.#run();
  }

  /** Aborts when this is to stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** How much goes on beside the rounds. */
  get underway(): number {
    return this.#underway.size;
  }

  /** Something may be due: the next round begins now. */
  wake(): void {
    this.#bell.ring();
  }

  /**
   * Lets work, which never fails, go on beside the rounds. Its end wakes them, at the instant that it resolves to or at
   * once; `stop` waits for it.
   */
  begin(work: Promise<Instant | void>): void {
    const running = work.then((goesOnAt) => {
      this.#underway.delete(running);
      if (typeof goesOnAt === "number") this.#bell.ringAt(goesOnAt);
      else this.#bell.ring();
    });
    this.#underway.add(running);
  }

  /** @returns once the last round and all beside it are over. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error(this.#options.noMore));
    this.#bell.ring();
    await this.#loop;
    await Promise.all(this.#underway);
  }

  async #run(): Promise<void> {
    const { round, shortestWait, afterError, onError } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      let wait: number;
      try {
        wait = await round(this);
      } catch (error) {
        if (signal.aborted) return;
        onError(error);
        wait = afterError;
      }
      if (!signal.aborted) await this.#bell.wait(shortestWait, wait, signal);
    }
  }
}

/** Rounds at a steady pace, which nobody wakes. */
export function roundsEvery(
  every: Duration,
  {
    round,
    ...options
  }: Pick<RoundsOptions, "clock" | "noMore" | "onError"> & {
    readonly round: (signal: AbortSignal) => Promise<void>;
  },
): Rounds {
  return new Rounds({
    ...options,
    round: async ({ signal }) => {
      await round(signal);
      return every;
    },
    shortestWait: every,
    afterError: every,
  });
}
