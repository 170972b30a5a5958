import { setImmediate as nextTurn } from "node:timers/promises";
import { Bell } from "./bell.ts";

/** What a look for work has found. */
export interface Due<Item> {
  readonly ready: readonly { readonly id: string; readonly item: Item }[];
  /** The instant in milliseconds since 1970 from which there may be more; null: only a ring can bring some. */
  readonly nextAt: number | null;
}

export interface LanesOptions<Item> {
  /** Items worked on at once. */
  readonly lanes: number;
  /** So many items to work on, at most, that are not under way. */
  readonly next: (underWay: ReadonlySet<string>, most: number) => Due<Item>;
  readonly work: (item: Item) => Promise<void>;
  /** Rung when there may be something to do. */
  readonly bell: Bell;
}

/**
 * Works on what there is to do, some at a time and none twice at once, until the signal aborts; what is under way is finished.
 * One loop gives the work out: a ring wakes that, and not the lanes that have nothing to do.
 *
 * @throws the first that a work throws, when what else is under way has ended.
 */
export async function workInLanes<Item>(
  { lanes, next, work, bell }: LanesOptions<Item>,
  signal: AbortSignal,
): Promise<void> {
  const underWay = new Set<string>();
  const running = new Set<Promise<void>>();
  const failures: unknown[] = [];
  const news = new Bell();
  const freed = new Bell();
  using _rung = bell.alsoRing(news);
  using _freed = freed.alsoRing(news);

  async function run(id: string, item: Item): Promise<void> {
    underWay.add(id);
    try {
      await work(item);
    } catch (error) {
      failures.push(error);
    } finally {
      underWay.delete(id);
      freed.ring();
    }
  }

  while (!signal.aborted && failures.length === 0) {
    const free = lanes - underWay.size;
    const { ready, nextAt } = free === 0 ? full : next(underWay, free);
    for (const { id, item } of ready) {
      const done = run(id, item).finally(() => running.delete(done));
      running.add(done);
    }
    if (ready.length > 0) continue;
    await (free === 0 ? freed : news).rung(nextAt, signal);
    // What comes together is given out by one look.
    await nextTurn();
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}

const full = { ready: [], nextAt: null } as const;
