import { setTimeout as sleep } from "node:timers/promises";
import { after, type Duration, type Instant, instant, milliseconds } from "@certmill/domain";
import type { Clock } from "../src/clock.ts";

/** Real time, run faster: every wait is as much shorter as the clock goes faster, so their order stays. */
export class FastClock implements Clock {
  readonly #speed: number;
  readonly #startedAt = instant(Date.now());
  readonly #realStart = performance.now();
  #skipped = milliseconds(0);

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): Instant {
    const real = performance.now() - this.#realStart;
    return after(this.#startedAt, milliseconds(Math.floor(real * this.#speed) + this.#skipped));
  }

  async wait(duration: number, signal: AbortSignal): Promise<void> {
    await sleep(duration / this.#speed, undefined, { signal }).catch(() => {});
  }

  /** Time passes in which nobody waits on this clock. */
  skip(duration: Duration): void {
    this.#skipped = milliseconds(this.#skipped + duration);
  }
}
