/** Where names are not checked: tries those that were left out again, once a day. */
import { type Duration, minutes } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { rejoinNames } from "../store/write/rejoin-names.ts";

/** What is tried once a day need not be tried to the minute. */
const lookEvery = minutes(10);

export interface RejoinWatch {
  stop(): Promise<void>;
}

export function watchRejoining(options: { readonly db: Db; readonly clock: Clock }): RejoinWatch {
  const end = new AbortController();
  const watching = watch(options, lookEvery, end.signal);
  return {
    stop: async () => {
      end.abort(new Error("Names are tried again no more."));
      await watching;
    },
  };
}

async function watch(
  { db, clock }: { readonly db: Db; readonly clock: Clock },
  every: Duration,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    // What fails here is the database, which the worker tells of, or was ended; it is looked at again anyway.
    await rejoinNames(db, { lineageId: null, now: clock.now() }).catch(() => {});
    await clock.wait(every, signal);
  }
}
