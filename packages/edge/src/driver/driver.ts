import type { CertificateRef } from "../holding/holding.ts";
import type { KeyPair } from "../install/check-key-pair.ts";

/** A certificate that lies on disk, as a proxy is given it. */
export interface Delivery {
  readonly lineageId: string;
  readonly names: readonly string[];
  /** The lineage of the same names whose RSA certificate this is; null: nobody's. */
  readonly twinOf: string | null;
  readonly ref: CertificateRef;
  readonly pair: KeyPair;
}

/** What is to be served no more. A name that another lineage has been given since stays that lineage's. */
export interface Removal {
  readonly lineageId: string;
  readonly names: readonly string[];
}

/** Reasons are clauses. */
export type DriverOutcome =
  | { readonly kind: "done" }
  /** The proxy's word on this certificate: it is reported, and tried again later. */
  | { readonly kind: "refused"; readonly reason: string }
  /** The proxy cannot be asked: nothing is known about the certificate. */
  | { readonly kind: "away"; readonly reason: string };

export type ProxyHealth =
  /** The boot id differs whenever the proxy may have lost what it was given at run time. */
  { readonly kind: "up"; readonly bootId: string } | { readonly kind: "away"; readonly reason: string };

/**
 * How a kind of proxy is given certificates while it runs. Everything may be done twice. None of it throws for
 * what a proxy may do; each call has a deadline of its own beside the signal.
 */
export interface Driver {
  /** Takes everything at once: for a proxy that has nothing yet, or cannot tell what it has. */
  load(all: AsyncIterable<Delivery>, signal: AbortSignal): Promise<DriverOutcome>;
  /** Has the proxy serve a certificate for its names, in place of what the lineage had before. */
  put(delivery: Delivery, signal: AbortSignal): Promise<DriverOutcome>;
  remove(removal: Removal, signal: AbortSignal): Promise<DriverOutcome>;
  /** The serials that the proxy has loaded, lower-case hex without leading zeros, by lineage; null: it cannot tell. */
  list(signal: AbortSignal): Promise<ReadonlyMap<string, string> | null>;
  health(signal: AbortSignal): Promise<ProxyHealth>;
}
