/**
 * What a scrape asks the database, at a bounded cost: however many scrape, it is read once, kept for a while, and for the
 * longer the longer it took. However slow the database is, a scrape is not held up by it.
 */

/** So long what was read is good enough, in milliseconds: Prometheus asks every 15 to 60 seconds. */
const keptFor = 10_000;
/** Reading takes a twentieth of one connection's time at most. */
const timesItsCost = 20;
/** Prometheus waits for 10 seconds by default, and the other metrics are worth having. In milliseconds. */
const patience = 5_000;

export interface Reading<Figures> {
  /** Null: the database gave none, in time or at all. Never fails. */
  (): Promise<Figures | null>;
}

/** @param least milliseconds that a reading is kept. */
export function keptReading<Figures>(read: () => Promise<Figures>, least = keptFor): Reading<Figures> {
  let reading: Promise<Figures | null> | null = null;
  let kept: { readonly figures: Figures; readonly until: number } | null = null;
  const readAnew = async (): Promise<Figures | null> => {
    const began = performance.now();
    try {
      const figures = await read();
      const ended = performance.now();
      kept = { figures, until: ended + Math.max(least, (ended - began) * timesItsCost) };
      return figures;
    } catch {
      return null;
    } finally {
      reading = null;
    }
  };
  return async () => {
    if (kept !== null && performance.now() < kept.until) return kept.figures;
    reading ??= readAnew();
    return inTime(reading);
  };
}

async function inTime<T>(answer: Promise<T | null>): Promise<T | null> {
  const { promise: late, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), patience);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
