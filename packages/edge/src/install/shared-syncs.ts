import { syncDirectory } from "./durable-write.ts";

/**
 * Waits for the disk to have what changed in a directory, together for all who wait at once: each is answered by a sync
 * that began after it asked.
 */
export class SharedSyncs {
  /** Not begun yet: who asks now is covered by it. */
  readonly #next = new Map<string, Promise<void>>();
  readonly #running = new Map<string, Promise<void>>();

  sync(path: string): Promise<void> {
    const next = this.#next.get(path);
    if (next !== undefined) return next;
    const mine = this.#after(path);
    this.#next.set(path, mine);
    return mine;
  }

  async #after(path: string): Promise<void> {
    await this.#running.get(path)?.catch(() => undefined);
    const running = syncDirectory(path);
    this.#next.delete(path);
    this.#running.set(path, running);
    try {
      await running;
    } finally {
      if (this.#running.get(path) === running) this.#running.delete(path);
    }
  }
}
