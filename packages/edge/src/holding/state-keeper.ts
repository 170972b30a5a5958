import { type Backoff, backoffAfter } from "../flow/backoff.ts";
import { Bell } from "../flow/bell.ts";
import { diskFault } from "../install/disk-fault.ts";
import type { Log } from "../log/edge-event.ts";
import { type AgentState, saveState } from "./state-file.ts";

export interface StateKeeperOptions {
  readonly path: string;
  /** The state as it is now, consistent in itself. */
  readonly state: () => AgentState;
  readonly backoff: Backoff;
  readonly log: Log;
}

/**
 * Writes the state to disk when it has changed. What the server wants is waited for, see {@link written};
 * what was done is not: an older word on that is made good by doing it again, which changes nothing.
 */
export class StateKeeper {
  readonly #options: StateKeeperOptions;
  readonly #bell = new Bell();
  readonly #waiting: (() => void)[] = [];
  #isDirty = false;
  #failures = 0;

  constructor(options: StateKeeperOptions) {
    this.#options = options;
  }

  /** The state has changed, and is to be written some time. */
  changed(): void {
    this.#isDirty = true;
    this.#bell.ring();
  }

  /**
   * Waits until the state as it is now is on disk. A disk that refuses is not waited for: better to serve
   * what cannot be remembered than not to serve it.
   */
  async written(): Promise<void> {
    if (this.#failures > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    this.changed();
    await promise;
  }

  /** Writes until the signal aborts, and then once more if there is need. */
  async run(signal: AbortSignal): Promise<void> {
    let notBefore = 0;
    while (!signal.aborted) {
      await this.#rest(notBefore, signal);
      notBefore = await this.#write();
    }
  }

  /** @returns the instant before which it should not be called again but for who waits. */
  async #write(): Promise<number> {
    const { path, state, backoff, log } = this.#options;
    const waiting = this.#waiting.splice(0);
    const startedAt = Date.now();
    this.#isDirty = false;
    try {
      await saveState(path, state());
      if (this.#failures > 0) log({ kind: "state-kept-again" });
      this.#failures = 0;
      // A large state is costly to write: about a tenth of the time may go into it.
      return Date.now() + 9 * (Date.now() - startedAt);
    } catch (error) {
      const reason = diskFault(error);
      if (reason === null) throw error;
      this.#isDirty = true;
      this.#failures += 1;
      if (this.#failures === 1) log({ kind: "state-unwritable", reason });
      return Date.now() + backoffAfter(this.#failures, backoff);
    } finally {
      for (const resolve of waiting) resolve();
    }
  }

  /** Until an instant, and then until there is something to write; at once when somebody waits for it. */
  async #rest(until: number, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#waiting.length === 0) {
      const isOver = Date.now() >= until;
      if (isOver && this.#isDirty) return;
      await this.#bell.rung(isOver ? null : until, signal);
    }
  }
}
