/** What was seen of an installation at one moment, by one of its processes. */
import type { CaStatus } from "../schedule/status-hint.ts";
import type { Duration, Instant } from "../time/instant.ts";

export interface InstallationFacts {
  readonly now: Instant;
  readonly database: DatabaseFacts;
  /** Parts of the process that are not ready, each with its reason in a sentence. */
  readonly notReady: readonly string[];
  readonly keys: { readonly current: string; readonly secretsUnderOthers: number };
  /** Since when the longest due work is due; null: nothing is. */
  readonly oldestDueAt: Instant | null;
  readonly cas: readonly CaFacts[];
  /** Null: names are not checked. */
  readonly paths: readonly PathSeen[] | null;
  readonly certificates: { readonly served: number; readonly ending: number };
  readonly edges: readonly EdgeFacts[];
  readonly failingWebhooks: number;
}

export interface DatabaseFacts {
  /** Its own word, such as `PostgreSQL 15.14`. */
  readonly engine: string;
  readonly embedded: boolean;
  /** Of the smallest statement. */
  readonly roundTrip: Duration;
  /** Milliseconds that its clock is ahead of the process's; negative: behind. */
  readonly clockAhead: number;
  /** Null: an embedded database has none. */
  readonly connections: { readonly used: number; readonly most: number } | null;
}

export interface CaFacts {
  readonly name: string;
  /** What its directory said when it was asked. */
  readonly directory:
    | {
        readonly kind: "answered";
        readonly took: Duration;
        /** Milliseconds that the clock of its answer's Date is ahead; null: it has none. */
        readonly clockAhead: number | null;
      }
    | { readonly kind: "away"; readonly reason: string };
  /** Whether the circuit breaker lets all orders through. */
  readonly getsOrders: boolean;
  /** Whole new orders that its limit lets begin now; null: no limit is known. */
  readonly ordersLeft: number | null;
  readonly statusPage: CaStatus | null;
}

/** The challenge path of a name that has its certificate. */
export interface PathSeen {
  readonly name: string;
  /** Where it breaks first; null: nowhere. */
  readonly broken: { readonly sentence: string; readonly fix: string | null } | null;
}

export interface EdgeFacts {
  readonly name: string;
  readonly group: string;
  readonly lastSeenAt: Instant;
  /** Current certificates that it has not said it serves. */
  readonly behind: number;
  /** Pairs of which it is told the P-256 certificate only, as its agent wishes. */
  readonly halfPairs: number;
}
