/** Reads the CAs' status pages from time to time, for all processes together. */
import { type CaStatus, type Duration, minutes } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { claimStatusReads, type StatusRead, storeStatus } from "../store/ca-status.ts";
import type { Db } from "../store/database.ts";

/** How often a page is read. */
const readEvery = minutes(5);
/** How often a process looks whether one is to be read. */
const lookEvery = minutes(1);

export interface StatusWatchOptions {
  readonly db: Db;
  readonly clock: Clock;
  /** Hosts of directories that have a page. */
  readonly hosts: readonly string[];
  /** Reads the page that covers a directory; never fails but for the signal. */
  readonly read: (directoryHost: string, signal: AbortSignal) => Promise<CaStatus>;
  /** Told when a page says something else than before. */
  readonly onChange: (ca: StatusRead, status: CaStatus) => void;
}

export interface StatusWatch {
  stop(): Promise<void>;
}

export function watchStatus(options: StatusWatchOptions): StatusWatch {
  const end = new AbortController();
  const watching = watch(options, lookEvery, end.signal);
  return {
    stop: async () => {
      end.abort(new Error("The status pages are read no more."));
      await watching;
    },
  };
}

async function watch(options: StatusWatchOptions, every: Duration, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // What fails here is the database, which the worker tells of, or was ended; the page is read again anyway.
    await readDuePages(options, signal).catch(() => {});
    await options.clock.wait(every, signal);
  }
}

async function readDuePages(
  { db, clock, hosts, read, onChange }: StatusWatchOptions,
  signal: AbortSignal,
): Promise<void> {
  for (const ca of await claimStatusReads(db, { hosts, every: readEvery, now: clock.now() })) {
    const status = await read(ca.directoryHost, signal);
    await storeStatus(db, ca.caId, status);
    if (status !== ca.before) onChange(ca, status);
  }
}
