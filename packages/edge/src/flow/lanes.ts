import { Bell } from "./bell.ts";

export interface LanesOptions<Item> {
  /** Items worked on at once. */
  readonly lanes: number;
  /**
   * An item to work on that is not under way; else the instant in milliseconds since 1970 from which there may be one, null
   * when only a ring can bring one.
   */
  readonly next: (
    underWay: ReadonlySet<string>,
  ) => { readonly id: string; readonly item: Item } | number | null;
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
    if (underWay.size >= lanes) {
      await freed.rung(null, signal);
      continue;
    }
    const due = next(underWay);
    if (typeof due !== "object" || due === null) {
      await news.rung(due, signal);
      continue;
    }
    const done = run(due.id, due.item).finally(() => running.delete(done));
    running.add(done);
  }
  await Promise.all(running);
  if (failures.length > 0) throw failures[0];
}
