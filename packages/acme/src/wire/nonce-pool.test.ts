import { describe, expect, it } from "vitest";
import { NoncePool } from "./nonce-pool.ts";

/** A pool whose fetches are answered by the test. */
function poolWithFetches() {
  const fetches: PromiseWithResolvers<string>[] = [];
  const pool = new NoncePool(() => {
    const fetch = Promise.withResolvers<string>();
    fetches.push(fetch);
    return fetch.promise;
  });
  return { pool, fetches };
}

describe("NoncePool", () => {
  it("gives the newest nonce first and fetches none while it has one", async () => {
    const { pool, fetches } = poolWithFetches();
    pool.put("a");
    pool.put("b");
    expect([await pool.take(), await pool.take()]).toEqual(["b", "a"]);
    expect(fetches).toHaveLength(0);
  });

  it("forgets the oldest beyond its capacity", async () => {
    const { pool, fetches } = poolWithFetches();
    for (let i = 0; i < 300; i += 1) pool.put(`n${i}`);
    const taken = await Promise.all(Array.from({ length: 256 }, () => pool.take()));
    expect(taken.at(-1)).toBe("n44");
    const next = pool.take();
    expect(fetches).toHaveLength(1);
    fetches[0]?.resolve("fetched");
    expect(await next).toBe("fetched");
  });

  it("fetches four at once for many waiters, and serves the rest from what comes back", async () => {
    const { pool, fetches } = poolWithFetches();
    const taken = Promise.all(Array.from({ length: 10 }, () => pool.take()));
    expect(fetches).toHaveLength(4);
    for (let i = 0; i < 9; i += 1) pool.put(`answer${i}`);
    fetches[0]?.resolve("fetched");
    expect(await taken).toEqual([...Array.from({ length: 9 }, (_, i) => `answer${i}`), "fetched"]);
    expect(fetches).toHaveLength(4);
  });

  it("goes on fetching while somebody waits", async () => {
    const { pool, fetches } = poolWithFetches();
    const taken = Promise.all(Array.from({ length: 6 }, () => pool.take()));
    for (let i = 0; i < 6; i += 1) {
      fetches[i]?.resolve(`n${i}`);
      await fetches[i]?.promise;
      await Promise.resolve();
    }
    expect(await taken).toEqual(["n0", "n1", "n2", "n3", "n4", "n5"]);
  });

  it("tells every waiter of a failed fetch, and fetches again for the next", async () => {
    const { pool, fetches } = poolWithFetches();
    const waiting = [pool.take(), pool.take()];
    fetches[0]?.reject(new Error("down"));
    await expect(waiting[0]).rejects.toThrow("down");
    await expect(waiting[1]).rejects.toThrow("down");
    fetches[1]?.resolve("late");
    expect(await pool.take()).toBe("late");
  });

  it("lets a waiter go by its signal, and keeps the nonce for another", async () => {
    const { pool, fetches } = poolWithFetches();
    const abort = new AbortController();
    const waiting = pool.take(abort.signal);
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    fetches[0]?.resolve("kept");
    expect(await pool.take()).toBe("kept");
    expect(fetches).toHaveLength(1);
  });

  it("refuses a wait whose signal is over already", async () => {
    const { pool } = poolWithFetches();
    await expect(pool.take(AbortSignal.abort(new Error("over")))).rejects.toThrow("over");
  });
});
