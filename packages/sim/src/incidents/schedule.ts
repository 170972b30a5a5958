import type { SimCa } from "../sim-ca.ts";
import { begin, type Change } from "./change.ts";

/** Lets changes begin and end at their times, in real time. Disposing of it forgets those to come. */
export class Schedule implements Disposable {
  readonly #cas: readonly SimCa[];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(cas: readonly SimCa[]) {
    this.#cas = cas;
  }

  /** Those that are for now have begun when it returns. */
  add(changes: readonly Change[]): void {
    for (const { ca, at, until, what } of changes) {
      this.#after(at, () => {
        const ends = this.#of(ca).map((each) => begin(each, what));
        if (until !== null) this.#after(until - at, () => ends.forEach((end) => end()));
      });
    }
  }

  #of(ca: number | null): readonly SimCa[] {
    return ca === null ? this.#cas : this.#cas.slice(ca - 1, ca);
  }

  #after(wait: number, act: () => void): void {
    if (wait === 0) return act();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, wait);
    this.#timers.add(timer);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
