/** The requests of this process that wait for one limit of a CA, by class; within a class the first is served first. */
import {
  type Instant,
  SlotTaking,
  slotsBefore,
  type WaitingRequests,
  type WorkClass,
  workClasses,
} from "@certmill/domain";

/** One request that waits. */
export interface WaitingRequest extends PromiseWithResolvers<void> {
  readonly workClass: WorkClass;
  readonly since: Instant;
}

export class RequestLine {
  readonly #waiting: Readonly<Record<WorkClass, Set<WaitingRequest>>> = {
    emergency: new Set(),
    interactive: new Set(),
    renewal: new Set(),
    campaign: new Set(),
  };
  readonly #taking = new SlotTaking();

  get size(): number {
    return workClasses.reduce((total, each) => total + this.#waiting[each].size, 0);
  }

  join(workClass: WorkClass, since: Instant): WaitingRequest {
    const request = { ...Promise.withResolvers<void>(), workClass, since };
    this.#waiting[workClass].add(request);
    return request;
  }

  leave(request: WaitingRequest): void {
    this.#waiting[request.workClass].delete(request);
  }

  /** How many slots go to others before one that joins now. */
  slotsBefore(workClass: WorkClass): number {
    return slotsBefore(this.#counts(), workClass);
  }

  /** The one that the next slot is for; it waits no more. null: nobody waits. */
  takeNext(): WaitingRequest | null {
    const workClass = this.#taking.next(this.#counts());
    if (workClass === null) return null;
    const [first] = this.#waiting[workClass];
    if (first === undefined) return null;
    this.leave(first);
    return first;
  }

  /** All that have waited since before `since`; they wait no more. */
  takeOlder(since: number): readonly WaitingRequest[] {
    const older: WaitingRequest[] = [];
    for (const each of workClasses) {
      for (const request of this.#waiting[each]) {
        if (request.since >= since) break;
        this.leave(request);
        older.push(request);
      }
    }
    return older;
  }

  #counts(): WaitingRequests {
    const { emergency, interactive, renewal, campaign } = this.#waiting;
    return {
      emergency: emergency.size,
      interactive: interactive.size,
      renewal: renewal.size,
      campaign: campaign.size,
    };
  }
}
