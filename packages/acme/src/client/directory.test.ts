import { describe, expect, it } from "vitest";
import { type Directory, DirectoryCache, parseDirectory } from "./directory.ts";

const HOUR = 60 * 60 * 1_000;
const urls = { newNonce: "https://ca.example.com/n", newAccount: "https://ca.example.com/a" };
const directory = parseDirectory(JSON.stringify({ ...urls, newOrder: "https://ca.example.com/o" }));

/** A cache whose fetches are answered, and whose clock is set, by the test. */
function start() {
  const fetches: PromiseWithResolvers<Directory>[] = [];
  const clock = { now: 0 };
  const fetch = () => {
    const next = Promise.withResolvers<Directory>();
    fetches.push(next);
    return next.promise;
  };
  return { cache: new DirectoryCache(fetch, () => clock.now), fetches, clock };
}

describe("parseDirectory", () => {
  it("reads the least directory there can be", () => {
    expect(directory).toEqual({
      ...urls,
      newOrder: "https://ca.example.com/o",
      newAuthz: null,
      revokeCert: null,
      keyChange: null,
      renewalInfo: null,
      meta: {
        termsOfService: null,
        website: null,
        caaIdentities: [],
        externalAccountRequired: false,
        profiles: {},
      },
    });
  });
});

describe("DirectoryCache", () => {
  it("fetches again after an hour, and not 1 ms before", async () => {
    const { cache, fetches, clock } = start();
    const first = cache.get();
    fetches[0]?.resolve(directory);
    expect(await first).toBe(directory);
    clock.now = HOUR - 1;
    expect(await cache.get()).toBe(directory);
    expect(fetches).toHaveLength(1);
    clock.now = HOUR;
    const second = cache.get();
    fetches[1]?.resolve({ ...directory });
    expect(await second).not.toBe(directory);
  });

  it("goes on for the others when one gives up", async () => {
    const { cache, fetches } = start();
    const abort = new AbortController();
    const [impatient, patient] = [cache.get(abort.signal), cache.get()];
    abort.abort(new Error("enough"));
    await expect(impatient).rejects.toThrow("enough");
    fetches[0]?.resolve(directory);
    expect(await patient).toBe(directory);
    expect(fetches).toHaveLength(1);
  });

  it("tells all who wait of a failure, and fetches for the next", async () => {
    const { cache, fetches } = start();
    const waiting = [cache.get(), cache.get()];
    fetches[0]?.reject(new Error("down"));
    for (const wait of waiting) await expect(wait).rejects.toThrow("down");
    const next = cache.get();
    fetches[1]?.resolve(directory);
    expect(await next).toBe(directory);
  });
});
