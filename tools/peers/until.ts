import { setTimeout } from "node:timers/promises";

export interface Until {
  /** What is awaited, for the error: "nginx to listen". */
  readonly what: string;
  readonly probe: () => boolean | Promise<boolean>;
  /** Milliseconds after which it is an error. */
  readonly within: number;
  /** Milliseconds between two looks; 10 by default. A probe that costs CPU is made more seldom. */
  readonly every?: number;
}

/** Asks `probe` until it says yes: for programs of others, which have no event to wait for. */
export async function until({ what, probe, within, every = 10 }: Until): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`Waited ${within} ms in vain for ${what}.`);
    await setTimeout(every);
  }
}
