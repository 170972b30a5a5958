/** Where names are not checked: tries those that were left out again, once a day. */
import { minutes } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { rejoinNames } from "../store/write/rejoin-names.ts";
import { type Rounds, roundsEvery } from "./rounds.ts";

/** What is tried once a day need not be tried to the minute. */
const lookEvery = minutes(10);

export const watchRejoining = ({ db, clock }: { readonly db: Db; readonly clock: Clock }): Rounds =>
  roundsEvery(lookEvery, {
    clock,
    round: () => rejoinNames(db, { lineageId: null, now: clock.now() }),
    noMore: "Names are tried again no more.",
    // What fails here is the database, which the worker tells of; it is looked at again anyway.
    onError: () => {},
  });
