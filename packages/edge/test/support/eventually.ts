import { setTimeout as pause } from "node:timers/promises";

/** Milliseconds after which what has not come will not come. */
const deadline = 60_000;

/** Waits until something is so, looking again and again. @throws with `what` when it is not to be. */
export async function eventually(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const startedAt = Date.now();
  while (!(await isSo())) {
    if (Date.now() - startedAt > deadline) throw new Error(`it did not come to this: ${what}`);
    await pause(5);
  }
}
