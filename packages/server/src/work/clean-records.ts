/**
 * Takes proofs out of the DNS that nobody needs any more, as long as the process runs. What cannot be taken away now is
 * tried again, for as long as it takes.
 */
import { after, type Duration, type Instant, milliseconds, minutes } from "@certmill/domain";
import { ProviderFault } from "../dns/dns-provider.ts";
import type { Records } from "../dns/records.ts";
import {
  claimDueRecords,
  type DueRecord,
  forgetRecord,
  isStillWanted,
  nextRemovalAt,
  postponeRemoval,
} from "../store/dns/dns-records.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

export interface CleaningOptions extends WatchBase {
  readonly records: Records;
  /** Without a notification the database is asked this often. */
  readonly pollEvery: Duration;
  readonly onCleaned: (record: DueRecord, fault: string | null) => void;
}

/** Records taken away side by side. */
const atOnce = 8;
/** Well over what one takes at most. */
const lease = minutes(3);
const firstWait = minutes(1);
const longestWait = minutes(60);

/** What runs when it stops is cut off; it is taken up again after its lease. */
export const cleanRecords = (options: CleaningOptions): Rounds =>
  new Rounds({
    clock: options.clock,
    round: ({ signal }) => cleanDue(options, signal),
    shortestWait: 20,
    afterError: 1_000,
    noMore: "Records are cleaned up no more.",
    onError: options.onError,
  });

/** @returns how long to wait for the next round, in milliseconds. */
async function cleanDue(options: CleaningOptions, signal: AbortSignal): Promise<number> {
  const { db, clock, pollEvery } = options;
  const now = clock.now();
  const dueAt = await nextRemovalAt(db);
  if (dueAt === null) return pollEvery;
  if (dueAt > now) return Math.min(pollEvery, milliseconds(dueAt - now));
  const due = await claimDueRecords(db, { limit: atOnce, lease, now });
  await Promise.all(due.map((record) => clean(record, { ...options, now, signal })));
  return 0;
}

async function clean(
  record: DueRecord,
  {
    db,
    records,
    onCleaned,
    now,
    signal,
  }: CleaningOptions & { readonly now: Instant; readonly signal: AbortSignal },
): Promise<void> {
  try {
    await records.takeAway(record, () => isStillWanted(db, record), signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ProviderFault)) throw error;
    const again = after(now, milliseconds(Math.min(firstWait * 2 ** record.failures, longestWait)));
    await postponeRemoval(db, record.id, { again, detail: error.message });
    onCleaned(record, error.message);
    return;
  }
  await forgetRecord(db, record.id);
  onCleaned(record, null);
}
