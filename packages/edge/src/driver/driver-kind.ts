import type { ServedCertificate } from "../agent.ts";
import type { LayoutName } from "../install/layout.ts";
import type { Log } from "../log/edge-event.ts";
import type { TlsAddress } from "../proof/handshake.ts";
import type { Driver } from "./driver.ts";
import type { DriverOptions } from "./driver-options.ts";

/** What drivers are opened with. */
export interface DriverParts {
  /** The agent's own directory. */
  readonly directory: string;
  /** What a name of a handshake is served with, in lower case; null: nothing. It may take seconds. */
  readonly certificateFor: (name: string) => Promise<ServedCertificate | null>;
  /** Whether the server has a domain of that name for this edge; null: it cannot be asked now. */
  readonly knows: (name: string) => Promise<boolean | null>;
  /** Whether a proxy with issuers of its own may order a certificate for a name; null: that cannot be told now. */
  readonly mayOrder: (name: string) => Promise<boolean | null>;
  readonly log: Log;
}

/** One that listens itself is to be closed. */
export type OpenDriver = Driver & Partial<AsyncDisposable>;

/** Where a proxy beside the agent terminates TLS. */
export const httpsHere: TlsAddress = { host: "127.0.0.1", port: 443 };

/** Of a pair, the certificates that a proxy serves. */
export type ServedOfPairs = "both" | "rsa";

/** A kind of proxy that `certmill edge run --proxy` knows. */
export interface DriverKind {
  /** Its own options, as they stand in the usage. */
  readonly usage: string;
  /** By name, each with a value. */
  readonly options: readonly string[];
  /** How certificates lie on disk for it; null: as `--layout` says. */
  readonly layout: LayoutName | null;
  /** What it serves of a pair: `rsa` where a name can have one certificate, which then is the one that all clients verify. */
  readonly pairs: ServedOfPairs;
  /** Certificates a second that it is given, where `--pace` does not say. */
  readonly pace: number;
  /** Milliseconds for which the old certificate may still be served after the proxy was given the new one. */
  readonly switchesWithin: number;
  /** Where a handshake shows what is served, where `--prove` does not say; null: nowhere. */
  readonly proveAt: TlsAddress | null;
  /**
   * The driver itself is loaded when it is opened: each agent drives one kind, and is to be there soon.
   *
   * @returns how to open it.
   * @throws {EdgeFault} `usage`, for the first fault.
   */
  plan(options: DriverOptions): (parts: DriverParts) => Promise<OpenDriver>;
}
