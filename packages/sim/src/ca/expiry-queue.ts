import { hours, type Instant } from "@certmill/domain";

const HOUR = hours(1);

/**
 * What is to be forgotten, by the hour. Taking costs what is due, and nothing for what waits; so a CA that runs for
 * months of its clock keeps no more than what lives.
 */
export class ExpiryQueue<T> {
  readonly #byHour = new Map<number, T[]>();
  #first = Number.POSITIVE_INFINITY;

  add(item: T, at: Instant): void {
    const hour = Math.floor(at / HOUR);
    const items = this.#byHour.get(hour);
    if (items === undefined) this.#byHour.set(hour, [item]);
    else items.push(item);
    this.#first = Math.min(this.#first, hour);
  }

  /** Takes out those whose hour is over. */
  take(now: Instant): readonly T[] {
    const present = Math.floor(now / HOUR);
    if (this.#first >= present) return [];
    const due: T[] = [];
    // A clock that has jumped may have passed more hours than there are here.
    const over = [...this.#byHour.keys()].filter((hour) => hour < present).sort((a, b) => a - b);
    for (const hour of over) {
      for (const item of this.#byHour.get(hour) ?? []) due.push(item);
      this.#byHour.delete(hour);
    }
    this.#first = Math.min(Number.POSITIVE_INFINITY, ...this.#byHour.keys());
    return due;
  }
}
