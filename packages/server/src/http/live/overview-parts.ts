/** The overview for streams: read for all of them together, and of later ones only what has changed. */
import type { Overview } from "@certmill/api";
import { overviewMessage } from "./live-messages.ts";

/** Read so often also when nothing is known to have happened, in milliseconds: time goes on, and surveys are taken. */
const idleEvery = 5_000;

export class OverviewParts {
  readonly #read: () => Promise<Overview>;
  #readAt = Number.NEGATIVE_INFINITY;
  #isStale = false;
  #last: Overview | null = null;
  #texts = new Map<string, string>();

  constructor(read: () => Promise<Overview>) {
    this.#read = read;
  }

  /**
   * Reads it, unless it was just read or nothing has happened.
   *
   * @returns what has changed since the last time; null: nothing.
   */
  async next({ isNews, every }: { isNews: boolean; every: number }): Promise<Buffer | null> {
    this.#isStale ||= isNews;
    const age = performance.now() - this.#readAt;
    if (age < (this.#isStale ? every : idleEvery)) return null;
    this.#readAt = performance.now();
    this.#isStale = false;
    const overview = await this.#read();
    this.#last = overview;
    const changed = Object.entries(overview).filter(([part, value]) => this.#isNew(part, value));
    return changed.length === 0
      ? null
      : overviewMessage({ at: overview.at, ...(Object.fromEntries(changed) as Partial<Overview>) });
  }

  /** All of it, as it was read last; null: it was not yet. */
  whole(): Buffer | null {
    return this.#last === null ? null : overviewMessage(this.#last);
  }

  #isNew(part: string, value: unknown): boolean {
    const text = JSON.stringify(value);
    const isNew = part !== "at" && this.#texts.get(part) !== text;
    this.#texts.set(part, text);
    return isNew;
  }
}
