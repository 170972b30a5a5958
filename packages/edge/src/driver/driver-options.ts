/** What a driver's own options were given, each any number of times. */
export class DriverOptions {
  readonly #given: ReadonlyMap<string, readonly string[]>;

  constructor(given: ReadonlyMap<string, readonly string[]>) {
    this.#given = given;
  }

  get names(): Iterable<string> {
    return this.#given.keys();
  }

  /** The last that was given; null: none. */
  one(name: string): string | null {
    return this.#given.get(name)?.at(-1) ?? null;
  }

  all(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }
}
