/** Tells of each week that has ended, for all processes together. */
import { minutes, type WeekHour } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { tellWeek } from "../store/weekly-report.ts";
import { type Rounds, roundsEvery } from "./rounds.ts";

const lookEvery = minutes(5);

export const watchWeeks = ({
  db,
  clock,
  weekHour,
  onTold,
  onError,
}: {
  readonly db: Db;
  readonly clock: Clock;
  readonly weekHour: WeekHour;
  readonly onTold: () => void;
  readonly onError: (error: unknown) => void;
}): Rounds =>
  roundsEvery(lookEvery, {
    clock,
    round: async () => {
      if (await tellWeek(db, weekHour, clock.now())) onTold();
    },
    noMore: "Weeks are told no more.",
    onError,
  });
