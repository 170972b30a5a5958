/** Certificates that wait for receipts of edges that are dead are let go of, for all processes together. */
import { retryDeadlock } from "../store/retry-deadlock.ts";
import { settleServed } from "../store/write/settle-served.ts";
import { type Rounds, roundsEvery } from "./rounds.ts";
import type { SteadyWatch } from "./watch-base.ts";

export const watchServed = ({ db, clock, lookEvery, onError }: SteadyWatch): Rounds =>
  roundsEvery(lookEvery, {
    clock,
    round: async () =>
      void (await retryDeadlock(() => settleServed(db, { edgeGroupId: null, now: clock.now() }))),
    noMore: "Receipts that do not come are not looked for any more.",
    onError,
  });
