/**
 * Has the installation's vantage points look at a name: processes in other places, which tell what they see through the
 * database. One that does not answer in time is left out: a check waits for nobody for long.
 */
import { type Duration, seconds, type View } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { askVantages, collectAnswers, forgetLooks, readVantages } from "../store/check/vantage-looks.ts";
import type { Database } from "../store/database.ts";
import { deadlineWithin } from "./deadline.ts";

/** As long as a look may take there, and what the way takes. */
const longest: Duration = seconds(30);
/** Without a notification the database is asked this often, in milliseconds. */
const pollEvery = 2_000;
/** So long it is believed who there is, in milliseconds. */
const knownFor = 10_000;

export interface AfarOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** This process's own name among them, which it does not ask; null: it is none. */
  readonly self: string | null;
}

/** @returns a view of each that answered. @throws the signal's reason; the database's errors. */
export type LookFromAfar = (name: string, signal: AbortSignal) => Promise<readonly View[]>;

export async function lookFromAfar({ database, clock, self }: AfarOptions): Promise<LookFromAfar> {
  const { db } = database;
  const waiting = new Map<string, () => void>();
  await database.listen("certmill_seen", (id) => waiting.get(id)?.());
  let known: { readonly vantages: readonly string[]; readonly until: number } = { vantages: [], until: 0 };

  const readKnown = async (): Promise<readonly string[]> => {
    if (clock.now() >= known.until) {
      const all = await readVantages(db, clock.now());
      known = { vantages: all.filter((name) => name !== self), until: clock.now() + knownFor };
    }
    return known.vantages;
  };

  /** Until a vantage point answers one of the looks, or a while has passed. */
  const nextAnswer = async (ids: Iterable<string>, signal: AbortSignal): Promise<void> => {
    const heard = new AbortController();
    for (const id of ids) waiting.set(id, () => heard.abort());
    await clock.wait(pollEvery, AbortSignal.any([heard.signal, signal]));
  };

  return async (name, signal) => {
    const vantages = await readKnown();
    if (vantages.length === 0) return [];
    using deadline = deadlineWithin(signal, longest);
    const left = new Map(await askVantages(db, { name, vantages, now: clock.now() }));
    const ids = [...left.keys()];
    const views: View[] = [];
    try {
      while (left.size > 0 && !deadline.signal.aborted) {
        await nextAnswer(left.keys(), deadline.signal);
        for (const { id, facts } of await collectAnswers(db, [...left.keys()])) {
          views.push({ from: left.get(id) ?? null, facts });
          left.delete(id);
        }
      }
    } finally {
      for (const id of ids) waiting.delete(id);
      await forgetLooks(db, [...left.keys()]);
    }
    signal.throwIfAborted();
    return views;
  };
}
