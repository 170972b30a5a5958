/** Sets the time on when, and only when, every process of a run waits for it. */
import { type Instant, instant, minutes } from "@certmill/domain";
import type { ClockHands } from "./clock-face.ts";
import type { Participant, Standstill } from "./participant.ts";

export interface ConductorParts {
  readonly hands: ClockHands;
  readonly participants: readonly Participant[];
  /** Notifies all participants that listen of a number; see `rollCallChannel`. */
  readonly callRoll: (call: number) => Promise<void>;
}

/** Steps in which at least a minute passes, however busy it is. */
const busiest = 10_000;

export class Conductor {
  readonly #parts: ConductorParts;
  readonly #standstills = new Map<Participant, Standstill>();
  #calls = 0;
  #steps = 0;
  #lookedAt = instant(0);

  constructor(parts: ConductorParts) {
    this.#parts = parts;
  }

  /** How often the time was set on. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Lets everybody go on until the time is `end`, and stand still then.
   *
   * @throws what a participant does, and when the time hardly goes on: somebody is woken again and again for nothing.
   */
  async runUntil(end: Instant): Promise<void> {
    const { hands, participants } = this.#parts;
    await this.#letStandStill(participants, (each) => each.settled());
    for (;;) {
      const next = this.#nextWake();
      if (next === null || next > end) {
        hands.set(end);
        return;
      }
      hands.set(instant(Math.max(next, hands.read())));
      this.#countStep(next);
      const due = participants.filter((each) => {
        const at = this.#standstills.get(each)?.nextWake ?? null;
        return at !== null && at <= next;
      });
      await this.#letStandStill(due, (each) => each.wake());
    }
  }

  #countStep(now: Instant): void {
    this.#steps += 1;
    if (this.#steps % busiest !== 0) return;
    if (now - this.#lookedAt < minutes(1)) {
      throw new Error(`${busiest} steps of the clock led no further than ${new Date(now).toISOString()}.`);
    }
    this.#lookedAt = now;
  }

  /** Ends with nothing in flight, and no notification on its way to anybody. */
  async #letStandStill(
    moved: readonly Participant[],
    move: (each: Participant) => Promise<Standstill>,
  ): Promise<void> {
    let notified = await this.#all(moved, move);
    const listeners = this.#parts.participants.filter(({ listens }) => listens);
    while (notified && listeners.length > 0) {
      this.#calls += 1;
      const call = this.#calls;
      await this.#parts.callRoll(call);
      notified = await this.#all(listeners, (each) => each.heard(call));
    }
  }

  /** @returns whether one of them notified others. */
  async #all(
    participants: readonly Participant[],
    move: (each: Participant) => Promise<Standstill>,
  ): Promise<boolean> {
    const standstills = await Promise.all(
      participants.map(async (each) => {
        const standstill = await move(each);
        this.#standstills.set(each, standstill);
        return standstill;
      }),
    );
    return standstills.some((standstill) => standstill.notified);
  }

  #nextWake(): Instant | null {
    let next: Instant | null = null;
    for (const { nextWake } of this.#standstills.values()) {
      if (nextWake !== null && (next === null || nextWake < next)) next = nextWake;
    }
    return next;
  }
}
