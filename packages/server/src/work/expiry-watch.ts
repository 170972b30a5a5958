/** Tells of certificates that near their end, for all processes together. */
import { hours } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { tellExpiring } from "../store/expiring.ts";

const lookEvery = hours(1);

export interface ExpiryWatch {
  stop(): Promise<void>;
}

export function watchExpiry(options: {
  readonly db: Db;
  readonly clock: Clock;
  readonly onTold: (count: number) => void;
  readonly onError: (error: unknown) => void;
}): ExpiryWatch {
  const { db, clock, onTold, onError } = options;
  const end = new AbortController();
  const watch = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        const told = await tellExpiring(db, clock.now());
        if (told > 0) onTold(told);
      } catch (error) {
        onError(error);
      }
      await clock.wait(lookEvery, end.signal);
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      end.abort(new Error("The ends of certificates are told no more."));
      await watching;
    },
  };
}
