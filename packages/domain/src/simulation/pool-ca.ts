/** A CA as our planning has it, with the CA itself behind it: what store/planning/read-pool.ts reads from rows. */
import type { BucketBook } from "../budget/bucket-book.ts";
import { effectiveLimit, type LimitOverride } from "../budget/effective-limits.ts";
import { foldChange, isBucketChange } from "../budget/fold-change.ts";
import type { LedgerChange } from "../budget/ledger-change.ts";
import type { Limit } from "../budget/limit.ts";
import { type LimitSetName, limitSets } from "../budget/limit-sets.ts";
import type { BucketName } from "../budget/order-spending.ts";
import { admits, beginProbe, freshHealth, type Health, observe, probeAt } from "../schedule/breaker.ts";
import type { CaForPlanning } from "../schedule/ca-for-planning.ts";
import { type Instant, instant } from "../time/instant.ts";
import type { SimulatedCa } from "./simulated-ca.ts";

export interface PoolCaTerms {
  /** Its name, too. */
  readonly id: string;
  readonly accountId: string;
  readonly weight: number;
  /** What our ledger believes. */
  readonly limitSet: LimitSetName;
  readonly overrides: readonly LimitOverride[];
  readonly mostOrdersInFlight: number;
  readonly ca: SimulatedCa;
}

export class PoolCa {
  readonly terms: PoolCaTerms;
  inFlight = 0;
  emergenciesInFlight = 0;
  #health: Health = freshHealth;
  #slowUntil: Instant | null = null;

  constructor(terms: PoolCaTerms) {
    this.terms = terms;
  }

  /** When a limit that is set begins to hold; null: none will. */
  nextChangeAt(now: Instant): Instant | null {
    const toCome = this.terms.overrides.filter(({ startsAt }) => startsAt > now);
    return toCome.length === 0 ? null : instant(Math.min(...toCome.map(({ startsAt }) => startsAt)));
  }

  limitFor({ limit, key }: BucketName, now: Instant): Limit | null {
    const { limitSet, overrides } = this.terms;
    return effectiveLimit({ builtIn: limitSets[limitSet].limits, overrides, limit, key, now });
  }

  forPlanning(now: Instant): CaForPlanning {
    const { id, accountId, weight, mostOrdersInFlight, limitSet } = this.terms;
    return {
      id,
      homeId: id,
      accountId,
      weight,
      inFlight: this.inFlight,
      emergenciesInFlight: this.emergenciesInFlight,
      mostInFlight: mostOrdersInFlight,
      admission: this.#admission(now),
      limitFor: (bucket) => this.limitFor(bucket, now),
      exemptsRenewals: limitSets[limitSet].exemptsRenewals,
      profiles: [],
    };
  }

  beginProbe(now: Instant): void {
    this.#health = beginProbe(this.#health, now);
  }

  /** Puts what has happened since the last planning into the book and into what is known of the CA. */
  fold(
    change: LedgerChange,
    { book, at, now }: { readonly book: BucketBook; readonly at: Instant; readonly now: Instant },
  ): void {
    if (isBucketChange(change)) {
      foldChange(book, this.terms.id, change, { limit: this.limitFor(change, now), at });
      return;
    }
    if (change.kind === "slowed") {
      if (change.until > now)
        this.#slowUntil = instant(Math.max(change.until, this.#slowUntil ?? change.until));
    } else this.#health = observe(this.#health, change.kind, at);
  }

  #admission(now: Instant): CaForPlanning["admission"] {
    if (this.#slowUntil !== null && this.#slowUntil > now) return { kind: "none", until: this.#slowUntil };
    const admitted = admits(this.#health, now);
    if (admitted !== "none") return { kind: admitted };
    const at = probeAt(this.#health);
    return { kind: "none", until: at === null ? null : instant(Math.max(at, now + 1)) };
  }
}
