import type { Holding } from "./holding.ts";
import { TextMap } from "./text-map.ts";

/**
 * Which certificates lie on the disk of an edge that does not keep all of its group's: those that handshakes have asked for
 * last. The others are known, and rest until they are asked for. Where all are kept it does nothing and holds nothing. Twins are
 * not among them: each comes and goes with the one that it is of ({@link Holdings}).
 */
export class Kept {
  readonly #most: number | null;
  /** Lineages that are installed, in the order of their last use. */
  readonly #byUse = new Set<string>();
  readonly #surplus = new Set<string>();
  /** By name, for those that are wanted and not installed. */
  readonly #resting = new TextMap();

  /** @param most how many are kept; null: all. */
  constructor(most: number | null) {
    this.#most = most;
  }

  /** Takes up a lineage as it is now. @returns those that are to make room for it. */
  put(holding: Holding, namesBefore: readonly string[]): readonly string[] {
    if (this.#most === null) return [];
    const { lineageId, names, installed } = holding;
    this.#wake(lineageId, namesBefore);
    if (installed !== null) {
      this.#byUse.add(lineageId);
      return this.#choose(this.#most);
    }
    this.#drop(lineageId);
    if (this.mayRest(holding)) for (const name of names) this.#resting.set(name, lineageId);
    return [];
  }

  gone(lineageId: string, names: readonly string[]): void {
    this.#wake(lineageId, names);
    this.#drop(lineageId);
  }

  /** Notes that an installed one was asked for. @returns whether it was to make room, and stays now. */
  use(lineageId: string): boolean {
    if (this.#most === null || !this.#byUse.delete(lineageId)) return false;
    this.#byUse.add(lineageId);
    return this.#surplus.delete(lineageId);
  }

  isSurplus(lineageId: string): boolean {
    return this.#surplus.has(lineageId);
  }

  /** Whether it is installed and stays; where all are kept, it does. */
  stays(lineageId: string): boolean {
    return this.#most === null || (this.#byUse.has(lineageId) && !this.#surplus.has(lineageId));
  }

  /** Whether it need not be installed before somebody asks. What is installed is renewed in any case. */
  mayRest({ wanted, installed }: Holding): boolean {
    return this.#most !== null && wanted !== null && installed === null;
  }

  restingFor(name: string): string | null {
    return this.#resting.get(name) ?? null;
  }

  #choose(most: number): readonly string[] {
    const chosen: string[] = [];
    for (const lineageId of this.#byUse) {
      if (this.#byUse.size - this.#surplus.size <= most) break;
      if (this.#surplus.has(lineageId)) continue;
      this.#surplus.add(lineageId);
      chosen.push(lineageId);
    }
    return chosen;
  }

  #wake(lineageId: string, names: readonly string[]): void {
    for (const name of names) if (this.#resting.get(name) === lineageId) this.#resting.delete(name);
  }

  #drop(lineageId: string): void {
    this.#byUse.delete(lineageId);
    this.#surplus.delete(lineageId);
  }
}
