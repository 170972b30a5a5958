/** Tells of each week that has ended, for all processes together. */
import { minutes, type WeekHour } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { tellWeek } from "../store/weekly-report.ts";

const lookEvery = minutes(5);

export interface WeeklyWatch {
  stop(): Promise<void>;
}

export function watchWeeks(options: {
  readonly db: Db;
  readonly clock: Clock;
  readonly weekHour: WeekHour;
  readonly onTold: () => void;
  readonly onError: (error: unknown) => void;
}): WeeklyWatch {
  const { db, clock, weekHour, onTold, onError } = options;
  const end = new AbortController();
  const watch = async (): Promise<void> => {
    while (!end.signal.aborted) {
      try {
        if (await tellWeek(db, weekHour, clock.now())) onTold();
      } catch (error) {
        onError(error);
      }
      await clock.wait(lookEvery, end.signal);
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      end.abort(new Error("Weeks are told no more."));
      await watching;
    },
  };
}
