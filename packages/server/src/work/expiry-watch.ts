/** Tells of certificates that near their end, for all processes together. */
import { hours } from "@certmill/domain";
import type { Clock } from "../clock.ts";
import type { Db } from "../store/database.ts";
import { tellExpiring } from "../store/expiring.ts";
import { type Rounds, roundsEvery } from "./rounds.ts";

const lookEvery = hours(1);

export const watchExpiry = ({
  db,
  clock,
  onTold,
  onError,
}: {
  readonly db: Db;
  readonly clock: Clock;
  readonly onTold: (count: number) => void;
  readonly onError: (error: unknown) => void;
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
