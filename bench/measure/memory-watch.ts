import { percentile } from "./percentile.ts";
import { residentMb } from "./resident-memory.ts";

const sampleEvery = 100;

/** Samples a process's resident memory until it is disposed of or the process ends. All in MB. */
export class MemoryWatch implements Disposable {
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      const sample = residentMb(pid);
      if (sample === null) clearInterval(this.#timer);
      else this.#samples.push(sample);
    }, sampleEvery);
  }

  get most(): number {
    return Math.max(...this.#samples);
  }

  /** From the second tenth of the time (the first is still starting) to the last; medians, so that no sample decides. */
  get growth(): number {
    const tenth = Math.max(1, Math.floor(this.#samples.length / 10));
    return median(this.#samples.slice(-tenth)) - median(this.#samples.slice(tenth, 2 * tenth));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

const median = (values: readonly number[]): number =>
  percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
