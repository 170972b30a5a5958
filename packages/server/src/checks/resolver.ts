/** What a check asks of the DNS, whoever answers. */
import type { RecordType } from "dns-packet";

/** One step: an alias is told, and followed by whoever asked. */
export type Answered<T> =
  | { readonly kind: "found"; readonly records: readonly T[] }
  | { readonly kind: "alias"; readonly target: string }
  | { readonly kind: "none" }
  | { readonly kind: "no-name" }
  | { readonly kind: "dnssec"; readonly detail: string }
  | { readonly kind: "failed"; readonly detail: string };

/** The questions of one check: what one of them has learnt, the next need not ask. */
export interface NameLookups {
  /** Never fails but by the check's signal. */
  ask<T>(name: string, type: RecordType): Promise<Answered<T>>;
}

export interface Resolver {
  begin(signal: AbortSignal): NameLookups;
}
