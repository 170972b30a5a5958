import { createHash } from "node:crypto";

/** So often a statement comes before it is prepared: a text made up for one call, of a length of its own, never is. */
const worthIt = 5;
const mostPrepared = 200;
const mostSeen = 2_000;

/** PostgreSQL's code for a prepared statement whose columns a migration has changed. */
export const columnsChanged = "0A000";

/** The names by which one session's statements are prepared: those that come again and again. */
export class StatementNames {
  readonly #seen = new Map<string, number>();
  readonly #names = new Map<string, string>();
  #generation = 0;

  /** @returns null when it is sent as it is. */
  nameOf(text: string): string | null {
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

  /** Whatever was prepared is not used again: its texts get new names. */
  renew(): void {
    this.#generation += 1;
    this.#names.clear();
  }
}
