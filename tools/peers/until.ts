import { setTimeout } from "node:timers/promises";

export interface Until {
  /** What is awaited, for the error: "nginx to listen". */
  readonly what: string;
  readonly probe: () => boolean | Promise<boolean>;
  /** Milliseconds after which it is an error. */
  readonly within: number;
}

/** Asks `probe` every 10 ms until it says yes: for programs of others, which have no event to wait for. */
export async function until({ what, probe, within }: Until): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`Waited ${within} ms in vain for ${what}.`);
    await setTimeout(10);
  }
}
