import type { Bell } from "./bell.ts";
import { runTogether } from "./run-together.ts";

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

/** Works on what there is to do, some at a time and none twice at once, until the signal aborts; what is under way is finished. */
export async function workInLanes<Item>(options: LanesOptions<Item>, signal: AbortSignal): Promise<void> {
  const underWay = new Set<string>();
  const lane = async (stop: AbortSignal): Promise<void> => {
    while (!stop.aborted) {
      const due = options.next(underWay);
      if (typeof due !== "object" || due === null) {
        await options.bell.rung(due, stop);
        continue;
      }
      underWay.add(due.id);
      try {
        await options.work(due.item);
      } finally {
        underWay.delete(due.id);
      }
    }
  };
  await runTogether(
    signal,
    Array.from({ length: options.lanes }, () => lane),
  );
}
