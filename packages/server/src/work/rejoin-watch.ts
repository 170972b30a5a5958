/** Where names are not checked: tries those that were left out again, once a day. */
import { rejoinNames } from "../store/write/rejoin-names.ts";
import { type Rounds, roundsEvery } from "./rounds.ts";
import type { SteadyWatch } from "./watch-base.ts";

export const watchRejoining = ({ db, clock, lookEvery, onError }: SteadyWatch): Rounds =>
  roundsEvery(lookEvery, {
    clock,
    round: () => rejoinNames(db, { lineageId: null, now: clock.now() }),
    noMore: "Names are tried again no more.",
    onError,
  });
