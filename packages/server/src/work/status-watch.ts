/** Reads the CAs' status pages from time to time, for all processes together. */
import { type CaStatus, minutes } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import { claimStatusReads, type StatusRead, storeStatus } from "../store/ca-status.ts";
import type { Db } from "../store/database.ts";
import { type Rounds, roundsEvery } from "./rounds.ts";

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

export const watchStatus = (options: StatusWatchOptions): Rounds =>
  roundsEvery(lookEvery, {
    clock: options.clock,
    round: (signal) => readDuePages(options, signal),
    noMore: "The status pages are read no more.",
    // What fails here is the database, which the worker tells of; the page is read again anyway.
    onError: () => {},
  });

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
