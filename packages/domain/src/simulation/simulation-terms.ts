/** What an enrolment is simulated with: its list, who else is there, the CAs and what befalls them. */
import type { Bucket } from "../budget/bucket.ts";
import type { Duration, Instant } from "../time/instant.ts";
import type { CampaignPaceTerms } from "./planner.ts";
import type { PoolCaTerms } from "./pool-ca.ts";

/** What becomes of a name that a CA looks up. `later`: wrong until `rightFrom`. `slow`: right, but it takes its time. */
export type NameFate = "right" | "never" | "later" | "slow";

export interface NamesOfOne {
  readonly names: readonly string[];
  readonly tenant: string | null;
}

export interface ExistingCertificate extends NamesOfOne {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
  /** Whether the CA counts its renewal as a new order: it is not for the very same names. */
  readonly countsAsNew: boolean;
  /** When it is heard that its CA has moved its renewal window into the past, as it revokes; absent: never. */
  readonly urgentAt?: Instant;
}

/** Something that befalls a CA. */
export interface WeatherChange {
  readonly at: Instant;
  readonly act: () => void;
}

export interface SimulationTerms {
  readonly startsAt: Instant;
  readonly cas: readonly (PoolCaTerms & {
    /** What is left of its new orders; absent: all. */
    readonly orders?: Bucket;
  })[];
  /** The campaign's certificates, in its order. */
  readonly list: Iterable<NamesOfOne>;
  /** Whether each of the list is to have a second certificate for its names. */
  readonly isPaired: boolean;
  readonly fateOf: (name: string) => NameFate;
  readonly rightFrom: Instant;
  /** Whether the names of the list are checked before their first order, as a server does that knows its own addresses. */
  readonly checksFirst: boolean;
  /** A customer adds a domain and waits; null: nobody does. */
  readonly customers: { readonly every: Duration; readonly names: Iterator<NamesOfOne> } | null;
  /** The oldest first. */
  readonly existing: Iterable<ExistingCertificate>;
  readonly pace: CampaignPaceTerms;
  readonly mostFailed: number;
  readonly renewalSpreadDays: number;
  /** In order of time. */
  readonly weather: readonly WeatherChange[];
}
