import type { Delivery, Driver } from "../driver.ts";
import type { SharedCache } from "./shared-cache.ts";

/**
 * A driver whose certificates are put into a cache, too. The proxy comes first; a cache that is away is filled when it is
 * back, because the proxy is then compared with what the cache has.
 */
export function withSharedCache(driver: Driver, cache: SharedCache): Driver {
  async function* both(all: AsyncIterable<Delivery>): AsyncGenerator<Delivery, void, undefined> {
    for await (const delivery of all) {
      await cache.put(delivery);
      yield delivery;
    }
  }
  return {
    load: (all, signal) => driver.load(both(all), signal),
    async put(delivery, signal) {
      const outcome = await driver.put(delivery, signal);
      if (outcome.kind === "done") await cache.put(delivery);
      return outcome;
    },
    async remove(removal, signal) {
      const outcome = await driver.remove(removal, signal);
      if (outcome.kind === "done") await cache.remove(removal.lineageId);
      return outcome;
    },
    async list(signal) {
      const listed = await driver.list(signal);
      if (listed === null) return null;
      return new Map(
        [...listed].map(([id, serial]) => [id, cache.has(id, serial) ? serial : "not in the cache"]),
      );
    },
    async health(signal) {
      const health = await driver.health(signal);
      return health.kind === "up" ? { ...health, bootId: `${health.bootId} ${cache.bootId}` } : health;
    },
  };
}
