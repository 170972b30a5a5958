/** Does what was asked for many domains, for all processes together. */
import type { Duration } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { stepDomainAction } from "../store/domain-actions.ts";
import { Rounds } from "./rounds.ts";

export const watchDomainActions = ({
  db,
  clock,
  pollEvery,
  onError,
}: {
  readonly db: Db;
  readonly clock: Clock;
  readonly pollEvery: Duration;
  readonly onError: (error: unknown) => void;
}): Rounds =>
  new Rounds({
    clock,
    round: async () => ((await stepDomainAction(db, clock.now())) ? 0 : pollEvery),
    shortestWait: 0,
    afterError: pollEvery,
    noMore: "What is asked for many domains goes on in another process.",
    onError,
  });
