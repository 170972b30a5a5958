import { Bell } from "../flow/bell.ts";
import { wildcardOf } from "./wildcard-of.ts";

/** Handshakes that wait for what serves a name. Each is woken by what may do so, and not by the thousands of other names. */
export class Arrivals {
  /** By the names that certificates are for: the asked one, and the wildcard above it. */
  readonly #waiting = new Map<string, Set<Bell>>();

  /** What is served for these names is another than it was. */
  tell(names: readonly string[]): void {
    if (this.#waiting.size === 0) return;
    for (const name of names) for (const bell of this.#waiting.get(name) ?? []) bell.ring();
  }

  /**
   * Ends when something may have come for a name, at an instant, or when the signal aborts; never throws.
   *
   * @param until milliseconds since 1970.
   */
  async at(name: string, until: number, signal: AbortSignal): Promise<void> {
    const bell = new Bell();
    const places = [name, wildcardOf(name)];
    for (const place of places) this.#waiting.set(place, (this.#waiting.get(place) ?? new Set()).add(bell));
    try {
      await bell.rung(until, signal);
    } finally {
      for (const place of places) this.#leave(place, bell);
    }
  }

  #leave(place: string, bell: Bell): void {
    const waiting = this.#waiting.get(place);
    waiting?.delete(bell);
    if (waiting?.size === 0) this.#waiting.delete(place);
  }
}
