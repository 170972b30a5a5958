/** Counts what happens, for all processes together, and takes the fleet's survey when it is due. */
import { type Duration, days, hours, instant } from "@certmill/domain";
import { takeSurvey } from "../store/survey.ts";
import { forgetTally, tallyNext } from "../store/tally.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

/** Events in one statement. */
const most = 2_000;
/** A month is looked at, and a week before that; beyond it is dropped. */
const kept = days(40);
const forgetEvery = hours(1);

export const watchTally = ({
  db,
  clock,
  pollEvery,
  onError,
}: WatchBase & {
  readonly pollEvery: Duration;
}): Rounds => {
  let forgetAt = clock.now();
  return new Rounds({
    clock,
    round: async () => {
      const now = clock.now();
      const hasMore = await tallyNext(db, { limit: most, now });
      if (now >= forgetAt) {
        await forgetTally(db, instant(now - kept));
        forgetAt = instant(now + forgetEvery);
      }
      return hasMore ? 0 : pollEvery;
    },
    shortestWait: 250,
    afterError: pollEvery,
    noMore: "What happens is counted no more.",
    onError,
  });
};

export const watchFleet = ({
  db,
  clock,
  every,
  onError,
}: WatchBase & {
  /** The survey is taken no more often. */
  readonly every: Duration;
}): Rounds =>
  new Rounds({
    clock,
    round: async () => {
      await takeSurvey(db, { every, clock: () => clock.now() });
      return every;
    },
    shortestWait: every,
    afterError: every,
    noMore: "The fleet is counted no more.",
    onError,
  });
