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
import { findingsOf } from "./sight.ts";
import type { Tenancy } from "./tenancy.ts";

/** Those whose addresses are wrong are looked at in each minute. */
const lookEvery = minutes(1);

/** What store/commit-check.ts and write/move-lineage.ts do, in memory. */
export class Checks {
  readonly #duties: Duties;
  made = 0;

  constructor(duties: Duties) {
    this.#duties = duties;
  }

  /** @param why `asked`: a person does. */
  check(tenancy: Tenancy, now: Instant, why: "due" | "asked" = "due"): void {
    if (tenancy.state === "removed") return;
    this.made += 1;
    const { state, lineage, certificate, holdsOrder, triedSince, memory, awaySince, leavesAt } = tenancy;
    const outcome = outcomeOfCheck(
      {
        state,
        names: lineage.names,
        hasCertificate: certificate !== null,
        leadsAnywhere: false,
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
      findingsOf(tenancy.story, now),
      { policy: usualLife, now },
    );
    tenancy.memory = outcome.memory;
    tenancy.awaySince = outcome.awaySince;
    tenancy.holdsOrder = holdsOrder && outcome.recheckAt !== null;
    tenancy.isCleared = false;
    this.#duties.set(tenancy, "check", this.#nextCheck(tenancy, outcome, now));
    if (outcome.order) this.#order(tenancy, now);
    if (outcome.move !== null) this.#move(tenancy, outcome.move, now);
  }

  /** A look that finds the addresses right brings it forward. */
  #nextCheck({ story }: Tenancy, { recheckAt, watched }: CheckOutcome, now: Instant): Instant | null {
    const rightAt = watched && recheckAt !== null ? rightAgainAt(story, now) : null;
    if (recheckAt === null || rightAt === null) return recheckAt;
    return instant(Math.min(recheckAt, Math.ceil(rightAt / lookEvery) * lookEvery));
  }

  #order(tenancy: Tenancy, now: Instant): void {
    if (tenancy.isBusy) return;
    tenancy.become("resumed");
    tenancy.lineage.failingSince = null;
    tenancy.lineage.avoid = [];
    tenancy.isCleared = true;
    this.#duties.set(tenancy, "order", now);
  }

  #move(tenancy: Tenancy, move: "away" | "back" | "gone", now: Instant): void {
    if (move === "gone") {
      tenancy.become("removed");
      tenancy.removedAt = now;
      for (const duty of ["order", "check", "poll"] as const) this.#duties.set(tenancy, duty, null);
    } else if (move === "back") {
      tenancy.become("came-back");
      tenancy.leavesAt = null;
      tenancy.lineage.failingSince = null;
      this.#duties.set(tenancy, "order", instant(Math.max(tenancy.wantedAt ?? now, now)));
      this.#duties.set(tenancy, "poll", now);
    } else if (!tenancy.isBusy) {
      // One whose order is under way moves when it is looked at next.
      tenancy.become("moved-away");
      tenancy.leavesAt = after(now, usualLife.movedKept);
      this.#duties.set(tenancy, "order", null);
      this.#duties.set(tenancy, "poll", null);
    }
  }
}
