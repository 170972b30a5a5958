import { type Layout, layoutOf, type NoList } from "./layout.ts";
import type { Line } from "./line-splitter.ts";
import { isSilent, type ReadRow, rowOf } from "./row-of.ts";

/**
 * Reads a list of domains: one name a line, or columns that the first line names; empty lines and comments (`#`) are
 * passed over. The command and the console read by it, so that a list means the same in both.
 */
export class ListReader {
  #layout: Layout | null = null;

  /** What the next line is. Null: nothing, or the header. After a {@link NoList} there is nothing more to read. */
  read(line: Line): ReadRow | NoList | null {
    if (this.#layout !== null) return rowOf(line, this.#layout);
    if (line.text !== null && isSilent(line.text)) return null;
    const layout = layoutOf(line.text ?? "");
    if (layout.kind === "no-list") return layout;
    this.#layout = layout;
    return layout.kind === "columns" ? null : rowOf(line, layout);
  }
}
