import pg from "pg";
import { columnsChanged, StatementNames } from "./statement-names.ts";

/**
 * A connection that has PostgreSQL prepare the statements that come again and again: ours are long, and parsing and
 * planning one takes longer than running it. See docs/decisions/0017-prepared-statements.md.
 */
export class PreparingClient extends pg.Client {
  readonly #names = new StatementNames();

  /** As `pg.Client` has it; changes how a text with its values, and no callback, is sent. */
  override query(...input: unknown[]): never {
    const [text, values, ...more] = input;
    const isPlain = typeof text === "string" && Array.isArray(values) && more.length === 0;
    const name = isPlain ? this.#names.nameOf(text) : null;
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
      if (error instanceof pg.DatabaseError && error.code === columnsChanged) this.#names.renew();
      throw error;
    }
  }
}
