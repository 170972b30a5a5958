/** Tells the root spans of issuances that have ended, for all processes together: also of one that died, or was ended from outside. */
import { seconds } from "@certmill/domain";
import type { Db } from "../store/database.ts";
import { type EndedTrace, takeEndedTraces } from "../store/write/take-ended-traces.ts";
import { Rounds } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

/** In one statement. */
const most = 100;
const lookEvery = seconds(2);

/** @returns whether there may be more. */
export async function tellEndedTraces(db: Db, onEnded: (issuance: EndedTrace) => void): Promise<boolean> {
  const ended = await takeEndedTraces(db, most);
  for (const issuance of ended) onEnded(issuance);
  return ended.length === most;
}

export const watchTraces = ({
  db,
  clock,
  onEnded,
  onError,
}: WatchBase & {
  readonly onEnded: (issuance: EndedTrace) => void;
}): Rounds =>
  new Rounds({
    clock,
    round: async () => ((await tellEndedTraces(db, onEnded)) ? 0 : lookEvery),
    shortestWait: 50,
    afterError: lookEvery,
    noMore: "Ends of issuances are not told to traces any more.",
    onError,
  });
