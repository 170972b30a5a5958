/**
 * Whose request goes out next at a limit of requests. The classes are asked in their order, so whoever is above starts at
 * once; and a class that waits earns its own share of the slots and takes one for each that it has earned, before
 * those above it: none starves. What one class does not want, the others have, and who waits for nothing earns nothing.
 */
import { ownShare } from "./class-share.ts";
import { type WorkClass, workClasses } from "./work-class.ts";

/** How many requests of each class wait. */
export type WaitingRequests = Readonly<Record<WorkClass, number>>;

export class SlotTaking {
  /** Slots that a class has earned by waiting. */
  readonly #earned: Record<WorkClass, number> = { emergency: 0, interactive: 0, renewal: 0, campaign: 0 };

  /** The class that the next slot is for, which is taken by it; null: nobody waits. */
  next(waiting: WaitingRequests): WorkClass | null {
    for (const each of workClasses)
      this.#earned[each] = waiting[each] > 0 ? this.#earned[each] + ownShare[each] : 0;
    const waits = workClasses.filter((each) => waiting[each] > 0);
    const taken = waits.find((each) => this.#earned[each] >= 1) ?? waits[0] ?? null;
    if (taken !== null) this.#earned[taken] = Math.max(0, this.#earned[taken] - 1);
    return taken;
  }
}

/**
 * How many slots a request of `workClass` that comes now waits for, besides its own, if nobody comes after it: those for
 * all that wait in its class and above, and what classes below take meanwhile; but no more than its class takes to earn as
 * many.
 */
export function slotsBefore(waiting: WaitingRequests, workClass: WorkClass): number {
  const place = workClasses.indexOf(workClass);
  const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
  const first = sum(workClasses.slice(0, place + 1).map((each) => waiting[each]));
  const below = workClasses.slice(place + 1).filter((each) => waiting[each] > 0);
  const shareBelow = sum(below.map((each) => ownShare[each]));
  const takenBelow = Math.min(
    (first * shareBelow) / (1 - shareBelow),
    sum(below.map((each) => waiting[each])),
  );
  return Math.min(first + takenBelow, (waiting[workClass] + 1) / ownShare[workClass] - 1);
}
