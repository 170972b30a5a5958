/** Takes out of the audit log what is older than it is kept. */
import { type Duration, hours, instant } from "@certmill/domain";
import { forgetAudit } from "../store/write/audit.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

/** Rows in one statement: a log that was kept for years and is not any more goes bit by bit. */
const most = 5_000;
const every = hours(1);

export const watchAudit = ({
  db,
  clock,
  kept,
  onError,
}: WatchBase & {
  readonly kept: Duration;
}): Rounds =>
  new Rounds({
    clock,
    round: async () => {
      const gone = await forgetAudit(db, { before: instant(clock.now() - kept), most });
      return gone === most ? 0 : every;
    },
    shortestWait: 250,
    afterError: every,
    noMore: "The audit log is cut no more.",
    onError,
  });
