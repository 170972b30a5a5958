import {
  after,
  type CheckOutcome,
  failures,
  type Instant,
  instant,
  minutes,
  outcomeOfCheck,
  usualLife,
} from "@certmill/domain";
import { rightAgainAt } from "../story.ts";
import type { Duties } from "./duties.ts";
import type { FleetDomain } from "./fleet-domain.ts";
import { findingsOf } from "./sight.ts";

/** Those whose addresses are wrong are looked at in each minute. */
const lookEvery = minutes(1);

/** What store/check/commit-check.ts and write/move-lineage.ts do, in memory. */
export class Checks {
  readonly #duties: Duties;
  made = 0;

  constructor(duties: Duties) {
    this.#duties = duties;
  }

  /** @param why `asked`: a person does. */
  check(domain: FleetDomain, now: Instant, why: "due" | "asked" = "due"): void {
    if (domain.state === "removed") return;
    this.made += 1;
    const { state, lineage, certificate, holdsOrder, triedSince, memory, awaySince, leavesAt } = domain;
    const outcome = outcomeOfCheck(
      {
        state,
        names: lineage.names,
        hasCertificate: certificate !== null,
        holdsOrder,
        awaitsNames: false,
        isMendable: lineage.failureCode !== null && failures[lineage.failureCode].party === "customer",
        failures: lineage.failures,
        triedSince,
        memory,
        awaySince,
        leavesAt,
        asked: why === "asked",
      },
      findingsOf(domain.story, now),
      { policy: usualLife, now },
    );
    domain.memory = outcome.memory;
    domain.awaySince = outcome.awaySince;
    domain.holdsOrder = holdsOrder && outcome.recheckAt !== null;
    domain.isCleared = false;
    this.#duties.set(domain, "check", this.#nextCheck(domain, outcome, now));
    if (outcome.order) this.#order(domain, now);
    if (outcome.move !== null) this.#move(domain, outcome.move, now);
  }

  /** A look that finds the addresses right brings it forward. */
  #nextCheck({ story }: FleetDomain, { recheckAt, watched }: CheckOutcome, now: Instant): Instant | null {
    const rightAt = watched && recheckAt !== null ? rightAgainAt(story, now) : null;
    if (recheckAt === null || rightAt === null) return recheckAt;
    return instant(Math.min(recheckAt, Math.ceil(rightAt / lookEvery) * lookEvery));
  }

  #order(domain: FleetDomain, now: Instant): void {
    if (domain.isBusy) return;
    domain.become("resumed");
    domain.lineage.failingSince = null;
    domain.lineage.avoid = [];
    domain.isCleared = true;
    this.#duties.set(domain, "order", now);
  }

  #move(domain: FleetDomain, move: "away" | "back" | "gone", now: Instant): void {
    if (move === "gone") {
      domain.become("removed");
      domain.removedAt = now;
      for (const duty of ["order", "check", "poll"] as const) this.#duties.set(domain, duty, null);
    } else if (move === "back") {
      domain.become("came-back");
      domain.leavesAt = null;
      domain.lineage.failingSince = null;
      this.#duties.set(domain, "order", instant(Math.max(domain.wantedAt ?? now, now)));
      this.#duties.set(domain, "poll", now);
    } else if (!domain.isBusy) {
      // One whose order is under way moves when it is looked at next.
      domain.become("moved-away");
      domain.leavesAt = after(now, usualLife.movedKept);
      this.#duties.set(domain, "order", null);
      this.#duties.set(domain, "poll", null);
    }
  }
}
