/** Tells of each week that has ended, for all processes together. */
import { minutes, type WeekHour } from "@certmill/domain";
import { tellWeek } from "../store/weekly-report.ts";
import { type Rounds, roundsEvery } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

const lookEvery = minutes(5);

export const watchWeeks = ({
  db,
  clock,
  weekHour,
  onTold,
  onError,
}: WatchBase & {
  readonly weekHour: WeekHour;
  readonly onTold: () => void;
}): Rounds =>
  roundsEvery(lookEvery, {
    clock,
    round: async () => {
      if (await tellWeek(db, weekHour, clock.now())) onTold();
    },
    noMore: "Weeks are told no more.",
    onError,
  });
