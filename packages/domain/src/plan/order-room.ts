import type { Binding } from "./order-budget.ts";

/**
 * What the second certificate of a pair takes beside the first, in orders like the first's: of what the CA counts, and of
 * what it can be asked for. Both 0: nobody has pairs.
 */
export interface SecondOrder {
  readonly counted: number;
  readonly asked: number;
}

export interface RoomTerms {
  /** Orders that the CA's limits allow; infinite: none is known. */
  readonly counted: number;
  /** Orders that it can be asked for in the time. */
  readonly asked: number;
  /** What binds when no more are allowed. */
  readonly countedBy: Binding;
  readonly second: SecondOrder;
}

/** Less than this of an order is a rounding error. */
const tiny = 1e-6;

/** What a list may order at a CA in one step of a plan, and what of that it has ordered. */
export class OrderRoom {
  readonly #terms: RoomTerms;
  #counted = 0;
  #asked = 0;

  constructor(terms: RoomTerms) {
    this.#terms = terms;
  }

  /** Orders that the CA has counted. */
  get counted(): number {
    return this.#counted;
  }

  /** The share of the step that this took. */
  get share(): number {
    const { counted, asked } = this.#terms;
    return Math.max(shareOf(this.#counted, counted), shareOf(this.#asked, asked));
  }

  get isSpent(): boolean {
    const { counted, asked } = this.#terms;
    return Math.min(counted - this.#counted, asked - this.#asked) < tiny;
  }

  /** What is spent first. */
  get binding(): Binding {
    const { counted, asked, countedBy } = this.#terms;
    return counted - this.#counted <= asked - this.#asked ? countedBy : "requests";
  }

  /** First orders that still fit with the second ones that come of them. @param succeeding the share that becomes certificates. */
  most(succeeding: number): number {
    const { counted, asked, second } = this.#terms;
    const byCount = (counted - this.#counted) / (1 + second.counted * succeeding);
    const byRequests = (asked - this.#asked) / (1 + second.asked * succeeding);
    return Math.max(0, Math.min(byCount, byRequests));
  }

  /** Takes first orders, and the second ones of those that became certificates. */
  take(orders: number, certificates: number): void {
    const { second } = this.#terms;
    this.#counted += orders + second.counted * certificates;
    this.#asked += orders + second.asked * certificates;
  }
}

const shareOf = (used: number, most: number): number => (most > 0 ? used / most : 0);
