import { createHash } from "node:crypto";
import pg from "pg";

/** So often a statement comes before it is prepared: a text made up for one call, of a length of its own, never is. */
const worthIt = 5;
const mostPrepared = 200;
const mostSeen = 2_000;
/** PostgreSQL's code for a prepared statement whose columns a migration has changed. */
const columnsChanged = "0A000";

/**
 * A connection that has PostgreSQL prepare the statements that come again and again: ours are long, and parsing and
 * planning one takes longer than running it. See docs/decisions/0017-prepared-statements.md.
 */
export class PreparingClient extends pg.Client {
  readonly #seen = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #generation = 0;

  /** As `pg.Client` has it; changes how a text with its values, and no callback, is sent. */
  override query(...input: unknown[]): never {
    const [text, values, ...more] = input;
    const isPlain = typeof text === "string" && Array.isArray(values) && more.length === 0;
    const name = isPlain ? this.#nameOf(text) : null;
    const sent: unknown =
      isPlain && name !== null
        ? this.#prepared({ name, text, values })
        : super.query(...(input as [string, unknown[]]));
    return sent as never;
  }

  async #prepared(query: pg.QueryConfig): Promise<unknown> {
    try {
      return await super.query(query);
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === columnsChanged) this.#prepareAnew();
      throw error;
    }
  }

  /** @returns null when it is sent as it is. */
  #nameOf(text: string): string | null {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const times = (this.#seen.get(text) ?? 0) + 1;
    if (this.#seen.size >= mostSeen) this.#seen.clear();
    this.#seen.set(text, times);
    if (times < worthIt || this.#names.size >= mostPrepared) return null;
    const digest = createHash("sha256").update(text).digest("base64url").slice(0, 22);
    const name = `${digest} ${this.#generation}`;
    this.#names.set(text, name);
    return name;
  }

  #prepareAnew(): void {
    this.#generation += 1;
    this.#names.clear();
  }
}
