/** What an operator decides of a domain's life; docs/life.md has the table. */
import { type Duration, days } from "../time/instant.ts";
import { type GiveUpPolicy, usualGiveUp } from "./give-up.ts";

export interface LifePolicy {
  readonly giveUp: GiveUpPolicy;
  /** Failures in a row of some names only, after which the certificate is ordered without them. */
  readonly leaveOutAfter: number;
  /** A domain whose names lead elsewhere for so long has moved. */
  readonly movedAfter: Duration;
  /** One that has moved is removed after so long, unless it comes back. */
  readonly movedKept: Duration;
  /** The keys of a removed domain are destroyed after so long; null: never. */
  readonly keysKept: Duration | null;
}

export const usualLife: LifePolicy = {
  giveUp: usualGiveUp,
  leaveOutAfter: 3,
  movedAfter: days(7),
  movedKept: days(30),
  keysKept: days(30),
};
