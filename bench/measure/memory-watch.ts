import { residentMb } from "./resident-memory.ts";

const sampleEvery = 100;
/** Of the samples, at the beginning of the last nine tenths and at the end. */
const edge = 0.1;

/** Samples a process's resident memory until it is disposed of, or the process ends. All in MB. */
export class MemoryWatch implements Disposable {
  readonly #samples: number[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number) {
    this.#timer = setInterval(() => {
      try {
        this.#samples.push(residentMb(pid));
      } catch {
        // The process has ended: what was seen of it stands.
        clearInterval(this.#timer);
      }
    }, sampleEvery);
  }

  get most(): number {
    return Math.max(...this.#samples);
  }

  /** From the tenth that begins after a tenth of the time to the last tenth: medians, so that one sample says nothing. */
  get growth(): number {
    const size = Math.max(1, Math.floor(this.#samples.length * edge));
    return median(this.#samples.slice(-size)) - median(this.#samples.slice(size, 2 * size));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
