import { type Duration, days, hours, type Instant, instant, milliseconds, seconds } from "@certmill/domain";
import type { AuthorizationReuse } from "./ca/authorizations.ts";
import type { ExternalAccounts } from "./ca/external-account.ts";
import type { NameTable, WrongName } from "./dns/name-table.ts";
import type { FaultRates } from "./faults.ts";
import type { RetryAfter } from "./http/retry-after.ts";

export interface SimCaOptions {
  /** Of 127.0.0.1; 0 takes any free one. Default 0. */
  readonly port?: number;
  /** Speak HTTPS, with a certificate from a root made for this run. Default false. */
  readonly tls?: boolean;
  /** For faults, orders of lists and kinds of challenges; never for keys. Default 1. */
  readonly seed?: number;
  readonly now?: () => Instant;

  /** Where all names are, unless `names` says otherwise: 127.0.0.1 and this port. Default 5002, as Pebble. */
  readonly httpPort?: number;
  /** Where redirects to https go. Default 5001. */
  readonly httpsPort?: number;
  /** Names that fail, `*.suffix` for all below one. They do so with `names` and `alwaysValid`, too. */
  readonly wrongNames?: Readonly<Record<string, WrongName>>;
  /** The CA's view of names, in place of 127.0.0.1 for all. */
  readonly names?: NameTable;

  /** Believe every challenge. Default false. */
  readonly alwaysValid?: boolean;
  /** Places a validation is made from, 1 to 200; 127.0.0.1, 127.0.0.2 and so on. Default 1. */
  readonly perspectives?: number;
  /** Of one perspective's validation, in real time. Default 10 s. */
  readonly validationDeadline?: Duration;
  /** Validations at once; more wait. Default 64. */
  readonly validationConcurrency?: number;

  /** Hand out an account's open order for the same names again. Default true. */
  readonly orderReuse?: boolean;
  /** Default `valid`. */
  readonly authorizationReuse?: AuthorizationReuse;
  /** How long an order can be finalized. Default 7 days. */
  readonly orderLife?: Duration;
  /** How long a valid authorization is. Default 30 days. */
  readonly authorizationLife?: Duration;
  /** Of the certificates. Default 90 days. */
  readonly certificateLife?: Duration;
  /** How long an order stays in processing; `null`: finalize answers with the valid order. Default 0 s. */
  readonly processing?: Duration | null;
  /** Default: 1 s as a number. */
  readonly retryAfter?: RetryAfter;

  /** Default `null`: bindings are ignored. */
  readonly externalAccounts?: ExternalAccounts | null;
  readonly faults?: FaultRates;
  /** How many of the last requests are kept for `requests()`. Default 10,000. */
  readonly requestsKept?: number;
}

export type SimCaSettings = Required<Omit<SimCaOptions, "names">> & { readonly names: NameTable | null };

/** @throws RangeError for a number outside what its docstring says. */
export function withDefaults(options: SimCaOptions): SimCaSettings {
  const settings: SimCaSettings = {
    port: 0,
    tls: false,
    seed: 1,
    now: () => instant(Date.now()),
    httpPort: 5002,
    httpsPort: 5001,
    wrongNames: {},
    names: null,
    alwaysValid: false,
    perspectives: 1,
    validationDeadline: seconds(10),
    validationConcurrency: 64,
    orderReuse: true,
    authorizationReuse: "valid",
    orderLife: days(7),
    authorizationLife: days(30),
    certificateLife: days(90),
    processing: milliseconds(0),
    retryAfter: { form: "seconds", wait: seconds(1) },
    externalAccounts: null,
    faults: {},
    requestsKept: 10_000,
    ...options,
  };
  demandRange("perspectives", settings.perspectives, 1, 200);
  demandRange("validationConcurrency", settings.validationConcurrency, 1, 10_000);
  demandRange("certificateLife", settings.certificateLife, hours(2), days(3_650));
  demandRange("requestsKept", settings.requestsKept, 0, 1_000_000);
  return settings;
}

function demandRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new RangeError(`${name} must be from ${least} to ${most}, but is ${value}`);
}
