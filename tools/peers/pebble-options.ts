/** What a Pebble can be told, and how it is told: by its configuration file and by its environment. */
import type { Zone } from "./dns.ts";

export type PebbleOptions = AnyPebble & (OwnPebble | NewerPebble);

interface AnyPebble extends Zone {
  /** The port that it fetches HTTP-01 challenges from. */
  readonly httpPort: number;
  /** The port that it looks for tls-alpn-01 certificates on; by default one on which nobody listens. */
  readonly tlsPort?: number;
  /** The share of good nonces it refuses, in per cent; 5 by default, as Pebble's own. */
  readonly nonceRejectPercent?: number;
  /** How often it takes an account's valid authorization again, in per cent; 50 by default, as Pebble's own. */
  readonly authorizationReusePercent?: number;
  /** `skip` calls every challenge valid without a look. */
  readonly validation?: "real" | "skip";
  /** Before each look it waits a whole random number of seconds below this; 0 by default, Pebble's own is 15. */
  readonly validationDelay?: number;
  /** The keys (base64url) of external accounts by their ids; where there are some, a new account needs one. */
  readonly externalAccountKeys?: Readonly<Record<string, string>>;
  /** Names that it refuses, with all below them. */
  readonly blockedNames?: readonly string[];
  /** Chains beside the first that each certificate can be had with; 0 by default. */
  readonly alternateRoots?: number;
  /** Intermediates in each chain; 1 by default and at least. */
  readonly chainLength?: number;
  /** Orders on each page of an account's list; 3 by default. */
  readonly ordersPerPage?: number;
  /** Refuses what it only warns of otherwise; `false` by default. */
  readonly strict?: boolean;
}

/** The machine's own package. It knows neither renewal information nor profiles, and sends no Retry-After. */
interface OwnPebble {
  readonly release?: "own";
  /** Seconds; five years by default. */
  readonly validity?: number;
}

/** A newer suite's package (2.10 at least): renewal information, profiles, requests without User-Agent refused. */
interface NewerPebble {
  readonly release: "newer";
  /** By name; one of them at random for an order that names none. By default `default` alone, of 90 days. */
  readonly profiles?: Readonly<Record<string, PebbleProfile>>;
  /** Seconds that it asks to wait, as a number or as a date by chance; 0 by default, which asks for nothing. */
  readonly retryAfter?: { readonly authorization: number; readonly order: number };
  /** Of its roots and intermediates; RSA by default. */
  readonly keyAlgorithm?: "rsa" | "ecdsa";
  /** What the directory says to put into CAA records; `pebble.letsencrypt.org` by default. */
  readonly caaIdentities?: readonly string[];
}

export interface PebbleProfile {
  readonly description: string;
  /** Seconds. */
  readonly validityPeriod: number;
}

export interface PebblePlace {
  readonly port: number;
  readonly managementPort: number;
  readonly tlsPort: number;
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** The text of its configuration file. */
export function pebbleConfiguration(options: PebbleOptions, place: PebblePlace): string {
  const { externalAccountKeys, blockedNames = [] } = options;
  const config = {
    listenAddress: `127.0.0.1:${place.port}`,
    managementListenAddress: `127.0.0.1:${place.managementPort}`,
    certificate: place.certificateFile,
    privateKey: place.keyFile,
    httpPort: options.httpPort,
    tlsPort: place.tlsPort,
    ocspResponderURL: "",
    externalAccountBindingRequired: externalAccountKeys !== undefined,
    externalAccountMACKeys: externalAccountKeys ?? {},
    domainBlocklist: blockedNames,
    ...ofRelease(options),
  };
  return JSON.stringify({ pebble: config });
}

function ofRelease(options: PebbleOptions): Readonly<Record<string, unknown>> {
  if (options.release !== "newer") return { certificateValidityPeriod: options.validity ?? 0 };
  const { profiles = {}, retryAfter, keyAlgorithm = "rsa", caaIdentities = [] } = options;
  const { authorization = 0, order = 0 } = retryAfter ?? {};
  return { profiles, keyAlgorithm, caaIdentities, retryAfter: { authz: authorization, order } };
}

/**
 * Pebble's locks can close a circle for good (read in 2.4.0): reading an authorization holds its lock and wants the
 * store's, newOrder holds the store's for reading and wants every authorization's, and a writer waits between the
 * two. While one goroutine runs at a time they stay out of each other's few instructions in between.
 */
const oneAtATime = "1";

/** What is left out is Pebble's own default. */
export function pebbleEnvironment(options: PebbleOptions): Readonly<Record<string, string>> {
  const { validationDelay = 0 } = options;
  return {
    GOMAXPROCS: oneAtATime,
    PEBBLE_VA_NOSLEEP: validationDelay === 0 ? "1" : "0",
    PEBBLE_VA_SLEEPTIME: String(validationDelay),
    PEBBLE_VA_ALWAYS_VALID: options.validation === "skip" ? "1" : "0",
    PEBBLE_WFE_NONCEREJECT: String(options.nonceRejectPercent ?? 5),
    PEBBLE_AUTHZREUSE: String(options.authorizationReusePercent ?? 50),
    PEBBLE_WFE_ORDERS_PER_PAGE: String(options.ordersPerPage ?? 3),
    PEBBLE_ALTERNATE_ROOTS: String(options.alternateRoots ?? 0),
    PEBBLE_CHAIN_LENGTH: String(options.chainLength ?? 1),
  };
}
