/** What is asked of the DNS, whoever answers. */
import type { RecordType } from "dns-packet";

/** One step: an alias is told, and followed by whoever asked. */
export type Answered<T> =
  | { readonly kind: "found"; readonly records: readonly T[] }
  | { readonly kind: "alias"; readonly target: string }
  | { readonly kind: "none" }
  | { readonly kind: "no-name" }
  | { readonly kind: "dnssec"; readonly detail: string }
  | { readonly kind: "failed"; readonly detail: string };

/** What one server says. */
export interface ServerAnswer<T> {
  readonly server: string;
  readonly answer: Answered<T>;
  /** False: this host has no way to it. */
  readonly isReachable: boolean;
}

/** The questions of one check: what one of them has learnt, the next need not ask. */
export interface NameLookups {
  /** Never fails but by the check's signal. */
  ask<T>(name: string, type: RecordType): Promise<Answered<T>>;
  /**
   * Asks every server that answers for the name by itself: what one has, another may not have yet. Signatures are not
   * looked at. Never fails but by the signal; a single `failed` where no server is found.
   */
  askEach<T>(name: string, type: RecordType): Promise<readonly ServerAnswer<T>[]>;
}

export interface Resolver {
  begin(signal: AbortSignal): NameLookups;
}
