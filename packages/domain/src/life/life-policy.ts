/** What an operator decides of a domain's life; docs/life.md has the table. */
import { type Duration, days } from "../time/instant.ts";
import { type GiveUpPolicy, usualGiveUp } from "./give-up.ts";

export interface LifePolicy {
  readonly giveUp: GiveUpPolicy;
  /** A domain whose names lead elsewhere for so long has moved. */
  readonly movedAfter: Duration;
  /** One that has moved is removed after so long, unless it comes back. */
  readonly movedKept: Duration;
  /** Failures in a row of a name's own, after which the others go on without it. */
  readonly leaveOutAfter: number;
  /** A private key that nothing uses any more is destroyed after so long, where neither tenant nor edge group says. */
  readonly keysKept: Duration;
  /** First certificates an hour that handshakes may begin for the names of a registered domain. */
  readonly demandsPerDomain: number;
}

export const usualLife: LifePolicy = {
  giveUp: usualGiveUp,
  movedAfter: days(7),
  movedKept: days(30),
  leaveOutAfter: 3,
  keysKept: days(30),
  demandsPerDomain: 20,
};
