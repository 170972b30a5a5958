import { closeSync, fsync, openSync } from "node:fs";

/** An open file, which stays open, or the path of a directory. */
export type SyncTarget = number | string;

/**
 * Waits for the disk to have what was written to files and changed in directories, together for all who wait at once: one commit
 * of the file system's journal is then there for many. Each is answered by a sync that began after it asked.
 */
export class GroupSync {
  /** Not begun yet: who asks now is covered by it. */
  #next = new Map<SyncTarget, PromiseWithResolvers<void>>();
  #isRunning = false;

  /** @throws the first of what the disk says, when it has answered for all of them. */
  async sync(...targets: readonly SyncTarget[]): Promise<void> {
    const outcomes = await Promise.allSettled(targets.map((target) => this.#join(target)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  #join(target: SyncTarget): Promise<void> {
    const known = this.#next.get(target);
    if (known !== undefined) return known.promise;
    const mine = Promise.withResolvers<void>();
    this.#next.set(target, mine);
    if (!this.#isRunning) void this.#run();
    return mine.promise;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    while (this.#next.size > 0) {
      // Whoever asks in the same turn is in the same group.
      await Promise.resolve();
      const group = this.#next;
      this.#next = new Map();
      await Promise.all(
        [...group].map(([target, { resolve, reject }]) => syncOne(target).then(resolve, reject)),
      );
    }
    this.#isRunning = false;
  }
}

async function syncOne(target: SyncTarget): Promise<void> {
  if (typeof target === "number") return await synced(target);
  const directory = openSync(target, "r");
  try {
    await synced(directory);
  } catch (error) {
    throw Object.assign(error as Error, { path: target });
  } finally {
    closeSync(directory);
  }
}

async function synced(file: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  fsync(file, (error) => (error === null ? resolve() : reject(error)));
  await promise;
}
