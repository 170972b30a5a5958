/** Keeps what goes to one address at a time small, and apart: a check is no load for whoever is checked. */
import { type Duration, milliseconds } from "@certmill/domain";

export interface PaceTerms {
  /** At once to one address. */
  readonly mostAtOnce: number;
  /** Between two beginnings. */
  readonly apart: Duration;
  /** Who finds so many waiting is sent away: a silent address must not keep all checks waiting. */
  readonly mostWaiting: number;
}

interface Target {
  running: number;
  nextAt: number;
  readonly waiting: (() => void)[];
}

export class TargetPace {
  readonly #terms: (address: string) => PaceTerms;
  readonly #targets = new Map<string, Target>();

  constructor(terms: (address: string) => PaceTerms) {
    this.#terms = terms;
  }

  /** Does `work` when its turn has come, in the order of asking. @returns null when too many wait. */
  async run<T>(address: string, work: () => Promise<T>): Promise<T | null> {
    const terms = this.#terms(address);
    const target = this.#targets.get(address) ?? { running: 0, nextAt: 0, waiting: [] };
    if (target.waiting.length >= terms.mostWaiting) return null;
    this.#targets.set(address, target);
    if (target.running >= terms.mostAtOnce)
      await new Promise<void>((resolve) => target.waiting.push(resolve));
    else target.running += 1;
    try {
      const wait = milliseconds(target.nextAt - performance.now());
      target.nextAt = performance.now() + wait + terms.apart;
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      return await work();
    } finally {
      this.#leave(address, target);
    }
  }

  /** Its place is the next one's. */
  #leave(address: string, target: Target): void {
    const next = target.waiting.shift();
    if (next !== undefined) return next();
    target.running -= 1;
    // What has just been asked is remembered until it may be asked again.
    if (target.running === 0 && target.nextAt <= performance.now()) this.#targets.delete(address);
    else if (this.#targets.size > mostRemembered) this.#forget();
  }

  #forget(): void {
    for (const [address, { running, nextAt }] of this.#targets)
      if (running === 0 && nextAt <= performance.now()) this.#targets.delete(address);
  }
}

const mostRemembered = 1_000;
