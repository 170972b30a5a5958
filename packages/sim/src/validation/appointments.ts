import type { Instant } from "@certmill/domain";

/** What is done at an instant; it is told which one that was. */
type Act = (at: Instant) => void;

/**
 * What is to be done at instants of a clock that is only looked at. Nothing runs by itself: `keep` does what has
 * become due, in the order of the instants, as if it had been done at each.
 */
export class Appointments {
  /** The last is the next. */
  readonly #waiting: { readonly at: Instant; readonly act: Act }[] = [];

  make(at: Instant, act: Act): void {
    let [low, high] = [0, this.#waiting.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      // Before those of the same instant, which were made earlier and come first.
      if ((this.#waiting[middle]?.at ?? at) > at) low = middle + 1;
      else high = middle;
    }
    this.#waiting.splice(low, 0, { at, act });
  }

  keep(now: Instant): void {
    for (;;) {
      const next = this.#waiting.at(-1);
      if (next === undefined || next.at > now) return;
      this.#waiting.pop();
      next.act(next.at);
    }
  }
}
