/** Tells of certificates that near their end, for all processes together. */
import { hours } from "@certmill/domain";
import { tellExpiring } from "../store/expiring.ts";
import { type Rounds, roundsEvery } from "./rounds.ts";
import type { WatchBase } from "./watch-base.ts";

const lookEvery = hours(1);

export const watchExpiry = ({
  db,
  clock,
  onTold,
  onError,
}: WatchBase & {
  readonly onTold: (count: number) => void;
}): Rounds =>
  roundsEvery(lookEvery, {
    clock,
    round: async () => {
      const told = await tellExpiring(db, clock.now());
      if (told > 0) onTold(told);
    },
    noMore: "The ends of certificates are told no more.",
    onError,
  });
