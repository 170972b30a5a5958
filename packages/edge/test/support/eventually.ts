import { setImmediate as turn } from "node:timers/promises";

/** Milliseconds after which what has not come will not come. */
const deadline = 20_000;

/** Waits until something is so, looking at every turn of the event loop. @throws with `what` when it is not to be. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = Date.now();
  while (!(await isSo())) {
    if (Date.now() - startedAt > deadline) throw new Error(`it did not come to this: ${what}`);
    await turn();
  }
}
