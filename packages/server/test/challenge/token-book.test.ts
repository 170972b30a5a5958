import { after, instant, milliseconds, minutes } from "@certmill/domain";
import { expect, test } from "vitest";
import { TokenBook, TooManyLookups } from "../../src/challenge/token-book.ts";

/** A book over a table that a test can change, slow down and break. */
function openBook(options: { readonly capacity?: number } = {}) {
  const table = new Map<string, string>();
  const queries: string[][] = [];
  let now = instant(0);
  let gate = async (): Promise<void> => {};
  const book = new TokenBook({
    read: async (tokens) => {
      queries.push([...tokens]);
      const found = tokens.filter((token) => table.has(token));
      await gate();
      return found.map((token) => ({ token, keyAuthorization: String(table.get(token)) }));
    },
    clock: { now: () => now, wait: async () => {} },
    freshness: minutes(5),
    capacity: options.capacity ?? 100,
  });
  return {
    book,
    table,
    queries,
    pass: (duration: number) => {
      now = after(now, milliseconds(duration));
    },
    /** Queries hang until what this returns is called. */
    hold: (): (() => void) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = () => promise;
      return resolve;
    },
    breakWith: (error: Error) => {
      gate = async () => {
        throw error;
      };
    },
    mend: () => {
      gate = async () => {};
    },
  };
}

test("a published token is read once and answered from memory until it is no longer fresh", async () => {
  const { book, table, queries, pass } = openBook();
  table.set("t", "t.k");
  expect([await book.find("t"), await book.find("t")]).toEqual(["t.k", "t.k"]);
  expect(queries).toEqual([["t"]]);
  pass(minutes(5) - 1);
  await book.find("t");
  expect(queries).toHaveLength(1);
  table.delete("t");
  pass(1);
  expect(await book.find("t")).toBeNull();
});

test("what was announced is answered without a query", async () => {
  const { book, queries } = openBook();
  book.hear("t t.k");
  expect(await book.find("t")).toBe("t.k");
  for (const payload of ["", "word"]) book.hear(payload);
  expect(queries).toEqual([]);
});

test("a miss is never remembered: published a moment later, the token is answered", async () => {
  const { book, table } = openBook();
  expect(await book.find("t")).toBeNull();
  table.set("t", "t.k");
  expect(await book.find("t")).toBe("t.k");
});

test("one query at a time: whoever comes meanwhile shares the next, and sees what was published before it", async () => {
  const { book, table, queries, hold } = openBook();
  const release = hold();
  const first = book.find("a");
  await Promise.resolve();
  await Promise.resolve();
  const later = ["a", "b", "c", "a"].map((token) => book.find(token));
  table.set("a", "a.k");
  release();
  expect(await first).toBeNull();
  expect(await Promise.all(later)).toEqual(["a.k", null, null, "a.k"]);
  expect(queries).toEqual([["a"], ["a", "b", "c"]]);
});

test("a query that fails is told to those who share it, and to nobody after", async () => {
  const { book, table, breakWith, mend } = openBook();
  table.set("t", "t.k");
  breakWith(new Error("away"));
  await expect(book.find("t")).rejects.toThrow("away");
  mend();
  expect(await book.find("t")).toBe("t.k");
});

test("over capacity the oldest goes first; a token heard of again is young again", async () => {
  const { book, queries } = openBook({ capacity: 2 });
  for (const token of ["a", "b", "a", "c"]) book.hear(`${token} ${token}.k`);
  expect(await book.find("a")).toBe("a.k");
  expect(await book.find("c")).toBe("c.k");
  expect(queries).toEqual([]);
  expect(await book.find("b")).toBeNull();
  expect(queries).toEqual([["b"]]);
});

test("a flood of unknown tokens is refused beyond what one query may hold", async () => {
  const { book, hold, queries } = openBook();
  const release = hold();
  const first = book.find("first");
  await Promise.resolve();
  await Promise.resolve();
  const flood = Array.from({ length: 1_500 }, (_, index) => book.find(`t${index}`));
  const settled = Promise.allSettled(flood);
  release();
  await first;
  const outcomes = await settled;
  const refused = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(refused).toHaveLength(500);
  for (const { reason } of refused) expect(reason).toBeInstanceOf(TooManyLookups);
  expect(queries.map((tokens) => tokens.length)).toEqual([1, 1_000]);
});
