/**
 * Looks things up for many who ask at once: what is asked for while a lookup runs goes into the next one together, so that
 * a thousand requests in a second are some dozens of statements, and one alone waits for nobody. Each is answered by a
 * lookup that began after it asked.
 */
export class AskedTogether<Key, Found> {
  readonly #lookUp: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Found>>;
  #waiting = new Map<Key, PromiseWithResolvers<Found | null>>();
  #isRunning = false;

  /** @param lookUp answers with those that there are. */
  constructor(lookUp: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Found>>) {
    this.#lookUp = lookUp;
  }

  /** @returns null when there is none. @throws what the lookup throws. */
  async ask(key: Key): Promise<Found | null> {
    const asked = this.#waiting.get(key) ?? Promise.withResolvers<Found | null>();
    this.#waiting.set(key, asked);
    if (!this.#isRunning) void this.#run();
    return await asked.promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#waiting.size > 0) {
      const asked = this.#waiting;
      this.#waiting = new Map();
      try {
        const found = await this.#lookUp([...asked.keys()]);
        for (const [key, { resolve }] of asked) resolve(found.get(key) ?? null);
      } catch (error) {
        for (const { reject } of asked.values()) reject(error);
      }
    }
    this.#isRunning = false;
  }
}
