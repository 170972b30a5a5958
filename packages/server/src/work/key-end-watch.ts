/** Destroys private keys that are used no more, for all processes together. */
import { type Duration, seconds } from "@certmill/domain";
import { destroyEndedKeys } from "../store/key/key-ends.ts";
import { retryDeadlock } from "../store/retry-deadlock.ts";
import { Rounds } from "./rounds.ts";
import type { SteadyWatch } from "./watch-base.ts";

/** Keys looked at in one transaction, and the pause before the next: a mass event ends a million of them. */
const batch = 500;
const betweenBatches = seconds(1);

export const watchKeyEnds = ({
  db,
  clock,
  lookEvery,
  kept,
  onDestroyed,
  onError,
}: SteadyWatch & {
  /** How long a key is kept where neither tenant nor edge group says. */
  readonly kept: Duration;
  readonly onDestroyed: (count: number) => void;
}): Rounds =>
  new Rounds({
    clock,
    round: async () => {
      const look = { limit: batch, kept, now: clock.now() };
      const { looked, destroyed } = await retryDeadlock(() => destroyEndedKeys(db, look));
      if (destroyed > 0) onDestroyed(destroyed);
      return looked === batch ? betweenBatches : lookEvery;
    },
    shortestWait: 0,
    afterError: lookEvery,
    noMore: "Keys are destroyed no more.",
    onError,
  });
