/**
 * A process that dies at its n-th call that changes the world. From then on none of its calls reaches anything, and
 * none that is under way is answered: to the world it is gone, whatever its code still tries.
 */

export interface Death {
  /** Which call, the first is 1. */
  readonly at: number;
  /** Whether the call reached the world: its effect is there, only the answer was never read. */
  readonly effect: "before" | "after";
}

/** What a dead process's code is told in place of an answer. */
export class Died extends Error {}

export class Mortal {
  readonly #death: Death | null;
  readonly #dying = Promise.withResolvers<void>();
  #calls = 0;
  #lastCall: string | null = null;

  /** @param death null: it lives until it is stopped. */
  constructor(death: Death | null) {
    this.#death = death;
  }

  /** Resolves at the death; never for one that lives. */
  readonly died: Promise<void> = this.#dying.promise;

  /** The call it died at; null while it lives. */
  get lastCall(): string | null {
    return this.#lastCall;
  }

  get calls(): number {
    return this.#calls;
  }

  /** Makes one call that changes the world. @param what for the report of a failed case. @throws Died. */
  async call<T>(what: string, act: () => Promise<T>): Promise<T> {
    this.#refuseDead();
    this.#calls += 1;
    const isLast = this.#calls === this.#death?.at;
    if (isLast && this.#death?.effect === "before") this.#die(what);
    const [outcome] = await Promise.allSettled([act()]);
    this.#refuseDead();
    if (isLast) this.#die(what);
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  /** Asks the world for something, and changes nothing: to die here is to have died after the change before. @throws Died. */
  async ask<T>(act: () => Promise<T>): Promise<T> {
    this.#refuseDead();
    const [outcome] = await Promise.allSettled([act()]);
    this.#refuseDead();
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  #die(what: string): never {
    this.#lastCall = what;
    this.#dying.resolve();
    throw new Died(what);
  }

  #refuseDead(): void {
    if (this.#lastCall !== null) throw new Died(this.#lastCall);
  }
}
