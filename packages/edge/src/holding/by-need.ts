import { OrderedMap } from "@js-sdsl/ordered-map";
import { type Holding, needOf } from "./holding.ts";

/** Whether a handshake waits for it: `asked` sorts before `unasked`. */
export type Asked = "asked" | "unasked";

/** Ids of lineages with some work to be done, those needed soonest first. */
export class ByNeed implements Iterable<string> {
  readonly #lineageByNeed = new OrderedMap<string, string>();
  readonly #needOf = new Map<string, string>();

  /** @param holding null: the lineage has no such work, whatever it had before. */
  set(lineageId: string, holding: Holding | null, asked: Asked = "unasked"): void {
    const before = this.#needOf.get(lineageId);
    const need = holding === null ? undefined : `${asked} ${needOf(holding)}`;
    if (need === before) return;
    if (before !== undefined) this.#lineageByNeed.eraseElementByKey(before);
    if (need === undefined) {
      this.#needOf.delete(lineageId);
      return;
    }
    this.#lineageByNeed.setElement(need, lineageId);
    this.#needOf.set(lineageId, need);
  }

  get size(): number {
    return this.#needOf.size;
  }

  /** Nothing may be set while it runs. */
  *[Symbol.iterator](): Generator<string, void, undefined> {
    // The map's own iteration copies all of it first, where mostly the first few are asked for.
    const end = this.#lineageByNeed.end();
    for (const place = this.#lineageByNeed.begin(); !place.equals(end); place.next()) yield place.pointer[1];
  }
}
