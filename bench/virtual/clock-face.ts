/**
 * The time that several processes read: eight bytes of a file, which the kernel keeps in memory. Whoever reads it has
 * the newest; a message could be overtaken by a database's notification.
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { type Instant, instant } from "@certmill/domain";

export interface ClockFace extends Disposable {
  read(): Instant;
}

export interface ClockHands extends ClockFace {
  readonly path: string;
  set(now: Instant): void;
}

/** For the one process that sets the time. The file is the caller's to remove. */
export function makeClockFace(path: string, now: Instant): ClockHands {
  const file = openSync(path, "w");
  const bytes = new Float64Array(1);
  let shown = now;
  const set = (to: Instant): void => {
    shown = to;
    bytes[0] = to;
    writeSync(file, bytes, 0, bytes.byteLength, 0);
  };
  set(now);
  return { path, set, read: () => shown, [Symbol.dispose]: () => closeSync(file) };
}

/** For the others. */
export function openClockFace(path: string): ClockFace {
  const file = openSync(path, "r");
  const bytes = new Float64Array(1);
  return {
    read: () => {
      readSync(file, bytes, 0, bytes.byteLength, 0);
      return instant(bytes[0] ?? Number.NaN);
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
