import { type Duration, days, hours, type Instant, instant, milliseconds, seconds } from "@certmill/domain";
import type { AuthorizationReuse } from "./ca/authorizations.ts";
import type { ExternalAccounts } from "./ca/external-account.ts";
import type { Profiles } from "./ca/profiles.ts";
import type { NameTable, WrongName } from "./dns/name-table.ts";
import type { FaultRates } from "./faults.ts";
import type { RetryAfter } from "./http/retry-after.ts";
import { NO_LIMITS, type RuleSetName, ruleSet } from "./limits/rule-sets.ts";
import { demandRules, type LimitRules } from "./limits/rules.ts";
import { mannersOf } from "./manners.ts";
import type { TextsOf } from "./validation/dns-challenges.ts";
import type { NameModel } from "./validation/name-model.ts";
import type { Identifier } from "./x509/identifier.ts";

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

  /** The TXT records of names, for the challenges by DNS; see `textsByDns`. Default: there are none. */
  readonly textsOf?: TextsOf;

  /** Believe every challenge. Default false. */
  readonly alwaysValid?: boolean;
  /**
   * Validate by this, by the CA's clock and without network, in place of looking; but for `wrongNames`. Goes before
   * `alwaysValid`. Default `null`.
   */
  readonly model?: NameModel | null;
  /** Offer dns-account-01 and dns-persist-01 for every DNS name. Default false: half have the latter, as a trap. */
  readonly moreChallenges?: boolean;
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
  /** How long an order can be finalized and a pending authorization answered. Default 7 days. */
  readonly orderLife?: Duration;
  /** How long an authorization counts after its validation. Default 30 days. */
  readonly authorizationLife?: Duration;
  /** In one order; 1 to 1,000. Default 100. */
  readonly mostNames?: number;
  /** What certificates are issued for. Default both. */
  readonly identifierTypes?: readonly Identifier["type"][];
  /** Of the certificates of orders without a profile. Default 90 days. */
  readonly certificateLife?: Duration;
  /**
   * What orders can ask for by `profile`, by name; `null`: none, and orders that ask are refused. Default:
   * `classic`, as long as `certificateLife`, and `shortlived`, 160 hours. Orders that do not ask are of no profile.
   */
  readonly profiles?: Profiles | null;
  /** Say when to renew a certificate, and look at `replaces` of new orders: RFC 9773. Default true. */
  readonly renewalInfo?: boolean;
  /** When it may be asked for again, as `Retry-After`; whole seconds. Default 6 hours, as Let's Encrypt. */
  readonly renewalInfoEvery?: Duration;
  /** Further roots, each with a chain that a certificate's answer links to; 0 to 10. Default 0. */
  readonly alternateChains?: number;
  /** Take newAuthz: names can be authorized before orders without a profile. Default false. */
  readonly preAuthorization?: boolean;
  /** Of an account's list of orders; 1 to 10,000. Default 100. */
  readonly ordersPerPage?: number;
  /** Refused with rejectedIdentifier, with all below them. Default none. */
  readonly blockedNames?: readonly string[];
  /** How long an order stays in processing; `null`: finalize answers with the valid order. Default 0 s. */
  readonly processing?: Duration | null;
  /** Default: 1 s as a number. */
  readonly retryAfter?: RetryAfter;

  /**
   * What clients may do, and how they are told that they must not. A name is a CA's rules as published, and its manners
   * (`mannersOf`) where no other option says otherwise; rules of one's own start from `ruleSet`. Default `none`.
   */
  readonly limits?: RuleSetName | LimitRules;
  /**
   * The page that the refusal of a paused identifier links to. The same path and query is served by this CA itself.
   * Default: there with `tls`, else at portal.certmill.test, as clients take no link without TLS.
   */
  readonly portalUrl?: string;

  /**
   * Verify no signature of a request, be it of JWS or CSR, nor the CSR's key. A client that signs rightly sees no
   * difference. With `model` and without `tls` a certificate of 2 names takes 2.2 ms of the CA's CPU and not 4.8
   * (`npm run bench -- sim`). Default false.
   */
  readonly trustSignatures?: boolean;
  /** Default `null`: bindings are ignored. */
  readonly externalAccounts?: ExternalAccounts | null;
  readonly faults?: FaultRates;
  /** How many of the last requests are kept for `requests()`. Default 10,000. */
  readonly requestsKept?: number;
}

export type SimCaSettings = Required<Omit<SimCaOptions, "names" | "limits" | "portalUrl">> & {
  readonly names: NameTable | null;
  readonly limits: LimitRules;
  readonly portalUrl: string | null;
};

const NINETY_DAYS = days(90);

/** @throws RangeError for a number outside what its docstring says. */
export function withDefaults(given: SimCaOptions): SimCaSettings {
  const { limits = NO_LIMITS } = given;
  const options = typeof limits === "string" ? { ...mannersOf(limits), ...given } : given;
  const settings: SimCaSettings = {
    port: 0,
    tls: false,
    seed: 1,
    now: () => instant(Date.now()),
    httpPort: 5002,
    httpsPort: 5001,
    wrongNames: {},
    names: null,
    textsOf: () => [],
    alwaysValid: false,
    model: null,
    moreChallenges: false,
    perspectives: 1,
    validationDeadline: seconds(10),
    validationConcurrency: 64,
    orderReuse: true,
    authorizationReuse: "valid",
    orderLife: days(7),
    authorizationLife: days(30),
    mostNames: 100,
    identifierTypes: ["dns", "ip"],
    certificateLife: NINETY_DAYS,
    profiles: defaultProfiles(options.certificateLife ?? NINETY_DAYS),
    renewalInfo: true,
    renewalInfoEvery: hours(6),
    alternateChains: 0,
    preAuthorization: false,
    ordersPerPage: 100,
    blockedNames: [],
    processing: milliseconds(0),
    retryAfter: { form: "seconds", wait: seconds(1) },
    trustSignatures: false,
    externalAccounts: null,
    portalUrl: null,
    faults: {},
    requestsKept: 10_000,
    ...options,
    limits: typeof limits === "string" ? ruleSet(limits) : limits,
  };
  demandRules(settings.limits);
  demandRange("perspectives", settings.perspectives, 1, 200);
  demandRange("validationConcurrency", settings.validationConcurrency, 1, 10_000);
  demandRange("alternateChains", settings.alternateChains, 0, 10);
  demandRange("ordersPerPage", settings.ordersPerPage, 1, 10_000);
  demandRange("mostNames", settings.mostNames, 1, 1_000);
  demandLife("certificateLife", settings.certificateLife);
  for (const [name, { certificateLife, mostNames = 1 }] of Object.entries(settings.profiles ?? {})) {
    if (name === "") throw new RangeError("a profile must have a name");
    demandLife(`certificateLife of profile ${name}`, certificateLife);
    demandRange(`mostNames of profile ${name}`, mostNames, 1, 1_000);
  }
  demandRange("requestsKept", settings.requestsKept, 0, 1_000_000);
  return settings;
}

/** Two of Let's Encrypt's. */
const defaultProfiles = (certificateLife: Duration): Profiles => ({
  classic: { description: "What orders without a profile get", certificateLife },
  shortlived: { description: "Certificates of 160 hours", certificateLife: hours(160) },
});

const demandLife = (name: string, life: Duration): void => {
  demandRange(name, life, hours(2), days(3_650));
};

function demandRange(name: string, value: number, least: number, most: number): void {
  if (value >= least && value <= most) return;
  throw new RangeError(`${name} must be from ${least} to ${most}, but is ${value}`);
}
