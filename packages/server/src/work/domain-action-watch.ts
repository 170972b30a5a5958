/** Does what was asked for many domains, for all processes together. */
import type { Duration } from "@certmill/domain";
import { stepDomainAction } from "../store/domain-actions.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

export const watchDomainActions = ({
  db,
  clock,
  pollEvery,
  onError,
}: WatchBase & {
  readonly pollEvery: Duration;
}): Rounds =>
  new Rounds({
    clock,
    round: async () => ((await stepDomainAction(db, clock.now())) ? 0 : pollEvery),
    shortestWait: 0,
    afterError: pollEvery,
    noMore: "What is asked for many domains goes on in another process.",
    onError,
  });
