import { parseArgs } from "node:util";
import { milliseconds, seconds } from "@certmill/domain";
import type { WrongName } from "./dns/name-table.ts";
import type { RetryAfter } from "./http/retry-after.ts";
import { limitOption, TYPED_LIMITS, type TypedLimit } from "./limit-option.ts";
import { RULE_SET_NAMES, type RuleSetName, ruleSet } from "./limits/rule-sets.ts";
import { type LimitRules, scaledRules } from "./limits/rules.ts";
import { mannersOf } from "./manners.ts";
import type { SimCaOptions } from "./options.ts";

export const USAGE = `Usage: certmill sim ca [options]

A certificate authority to test against: ACME (RFC 8555) on 127.0.0.1, nothing
kept. When ready it prints one line of JSON for each CA: directoryUrl,
rootFile, httpsRootFile, limits, externalAccount. SIGTERM ends it.

Where:
  --port N               listen here; 0 takes any free port (14000)
  --tls                  speak HTTPS, with a root made for this run
  --root-file FILE       write the roots of the issued certificates here
  --https-root-file FILE write the roots of the HTTPS certificates here

What clients may do:
  --limits NAME          enforce the limits that this CA publishes, and behave
                         like it: letsencrypt, letsencrypt-staging, zerossl,
                         google or none (none). Repeatable: each is a CA of its
                         own, on the next port
  --limits-divisor N     N times fewer new orders for an account, for a trial
                         with N times fewer names (1)
  --limit NAME=N/TIME    be stricter than that, or laxer: N at once, and N more
                         in each TIME (90s, 5m, 3h, 7d); NAME=none for no such
                         limit. Repeatable. Names:
${TYPED_LIMITS.map((name) => `                           ${name}`).join("\n")}
  --no-request-rates     no limits of requests a second
  A paused name's refusal links to https://portal.certmill.test/sfe/v1/...:
  POST to that path and query at this CA ends the pauses.

What names are:
  --http-port N          where all names answer HTTP-01: 127.0.0.1 and this
                         port (5002)
  --https-port N         where redirects to https go (5001)
  --wrong NAME=HOW       a name, or *.suffix, that fails: dns, connection or
                         unauthorized; repeatable
  --always-valid         believe every challenge, but for wrong names
  --perspectives N       validate from 127.0.0.1 to 127.0.0.N (1)

What happens to it:
  --rules FILE           changes, a list as JSON, each with one of
                           "outage": "unavailable", "server-error", "busy" or
                             "drop"
                           "delay": "2s", by which each answer is later
                           "revoke": 0.3, a share of all certificates
                           "limits": ["NAME=N/TIME"], as --limit
                           "override": a registered domain or an account,
                             "limit": "300/7d"
                         and "at": "10m" after the start, "until": "25m" (of
                         outage and delay), "ca": 2 for the second CA alone
  --management-port N    GET / there tells counts and limits, POST / takes
                         changes as in the file; 0 takes any free port

How it behaves:
  --processing MS|none   how long an order is processing after finalize (0)
  --retry-after MS|none  what clients are told to wait, rounded up to seconds
                         (1000)
  --retry-after-form F   seconds, date or mixed (seconds)
  --certificate-days N   validity of certificates (90)
  --no-profiles          no profiles; else classic, as above, and shortlived,
                         160 hours; with limits of Let's Encrypt, its own
  --no-renewal-info      no renewal information (RFC 9773)
  --alternate-chains N   offer every certificate with N more chains, each to a
                         root of its own (0)
  --pre-authorization    take newAuthz
  --no-order-reuse       every newOrder makes an order
  --no-authorization-reuse
                         every order makes its authorizations
  --eab KEYID:HMACKEY    an external account, its key in base64url; repeatable
  --eab-required         refuse accounts without one
  --fault KIND=RATE      share of requests, 0 to 1: bad-nonce, server-error,
                         unavailable, drop-before, drop-after,
                         issuance-failure; repeatable
  --seed N               the same seed gives the same faults (1)
  --help                 this text
`;

/** What was typed is wrong; the message says what and how it should be. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/** One CA to be run. */
export interface RequestedCa {
  readonly limits: RuleSetName;
  readonly options: SimCaOptions;
}

export interface CommandLine {
  /** At least one. */
  readonly cas: readonly RequestedCa[];
  /** Of changes, to be read; `null`: there is none. */
  readonly rulesFile: string | null;
  /** `null`: nothing is managed. */
  readonly managementPort: number | null;
  /** `null`: not asked for. */
  readonly rootFile: string | null;
  readonly httpsRootFile: string | null;
}

/** `null`: help was asked for. @throws UsageError */
export function parseCommandLine(argv: readonly string[]): CommandLine | null {
  const values = parse(argv);
  if (values.help) return null;
  const names = values.limits.length === 0 ? (["none"] as const) : values.limits.map(limitsName);
  const port = wholeNumber("port", values.port, 65_535);
  const shared = { ...sharedOptions(values), ...typedOptions(values) };
  const { "management-port": management } = values;
  return {
    rulesFile: values.rules ?? null,
    managementPort: management === undefined ? null : wholeNumber("management-port", management, 65_535),
    rootFile: values["root-file"] ?? null,
    httpsRootFile: values["https-root-file"] ?? null,
    cas: names.map((limits, index) => ({
      limits,
      options: {
        ...mannersOf(limits),
        ...shared,
        port: port === 0 ? 0 : port + index,
        limits: limitRules(limits, values),
      },
    })),
  };
}

type Values = ReturnType<typeof parse>;

/** What a CA's manners say nothing about. */
function sharedOptions(values: Values): SimCaOptions {
  const { "certificate-days": life, seed, perspectives } = values;
  return {
    tls: values.tls,
    httpPort: wholeNumber("http-port", values["http-port"], 65_535),
    httpsPort: wholeNumber("https-port", values["https-port"], 65_535),
    wrongNames: Object.fromEntries(values.wrong.map(wrongName)),
    alwaysValid: values["always-valid"],
    perspectives: wholeNumber("perspectives", perspectives, 200),
    certificateLife: seconds(wholeNumber("certificate-days", life, 3_650) * 86_400),
    alternateChains: wholeNumber("alternate-chains", values["alternate-chains"], 10),
    preAuthorization: values["pre-authorization"],
    orderReuse: !values["no-order-reuse"],
    authorizationReuse: values["no-authorization-reuse"] ? "none" : "valid",
    faults: Object.fromEntries(values.fault.map(faultRate)),
    seed: wholeNumber("seed", seed),
  };
}

/** What goes before a CA's manners when it was typed. */
function typedOptions(values: Values): SimCaOptions {
  const { processing, "retry-after": wait, "retry-after-form": form, eab } = values;
  return {
    ...(processing !== undefined && {
      processing: processing === "none" ? null : milliseconds(wholeNumber("processing", processing)),
    }),
    ...((wait !== undefined || form !== undefined) && {
      retryAfter: retryAfter(wait ?? "1000", form ?? "seconds"),
    }),
    ...(values["no-profiles"] && { profiles: null }),
    ...(values["no-renewal-info"] && { renewalInfo: false }),
    ...((eab.length > 0 || values["eab-required"]) && {
      externalAccounts: {
        required: values["eab-required"],
        keys: Object.fromEntries(eab.map(externalAccount)),
      },
    }),
  };
}

function limitRules(name: RuleSetName, values: Values): LimitRules {
  const divisor = wholeNumber("limits-divisor", values["limits-divisor"], 1_000_000);
  if (divisor === 0) throw new UsageError("--limits-divisor must be a whole number above 0, but is 0");
  const typed = Object.fromEntries(values.limit.map(typedLimit));
  const rules = { ...scaledRules(ruleSet(name), divisor), ...typed };
  return values["no-request-rates"] ? { ...rules, requestRates: [] } : rules;
}

function typedLimit(text: string): TypedLimit {
  const limit = limitOption(text);
  if (limit !== null) return limit;
  throw new UsageError(
    `--limit must be NAME=N/TIME or NAME=none, NAME one of ${TYPED_LIMITS.join(", ")}, but is "${text}"`,
  );
}

function limitsName(text: string): RuleSetName {
  const name = RULE_SET_NAMES.find((each) => each === text);
  if (name !== undefined) return name;
  throw new UsageError(`--limits must be one of ${RULE_SET_NAMES.join(", ")}, but is "${text}"`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        port: { type: "string", default: "14000" },
        tls: { type: "boolean", default: false },
        rules: { type: "string" },
        "management-port": { type: "string" },
        "root-file": { type: "string" },
        "https-root-file": { type: "string" },
        "http-port": { type: "string", default: "5002" },
        "https-port": { type: "string", default: "5001" },
        wrong: { type: "string", multiple: true, default: [] },
        "always-valid": { type: "boolean", default: false },
        perspectives: { type: "string", default: "1" },
        limits: { type: "string", multiple: true, default: [] },
        limit: { type: "string", multiple: true, default: [] },
        "limits-divisor": { type: "string", default: "1" },
        "no-request-rates": { type: "boolean", default: false },
        processing: { type: "string" },
        "retry-after": { type: "string" },
        "retry-after-form": { type: "string" },
        "certificate-days": { type: "string", default: "90" },
        "no-profiles": { type: "boolean", default: false },
        "no-renewal-info": { type: "boolean", default: false },
        "alternate-chains": { type: "string", default: "0" },
        "pre-authorization": { type: "boolean", default: false },
        "no-order-reuse": { type: "boolean", default: false },
        "no-authorization-reuse": { type: "boolean", default: false },
        eab: { type: "string", multiple: true, default: [] },
        "eab-required": { type: "boolean", default: false },
        fault: { type: "string", multiple: true, default: [] },
        seed: { type: "string", default: "1" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: string, text: string, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new UsageError(`--${option} must be a whole number from 0 to ${most}, but is "${text}"`);
}

function retryAfter(wait: string, form: string): RetryAfter {
  if (wait === "none") return { form: "none" };
  if (form !== "seconds" && form !== "date" && form !== "mixed") {
    throw new UsageError(`--retry-after-form must be seconds, date or mixed, but is "${form}"`);
  }
  return { form, wait: milliseconds(wholeNumber("retry-after", wait)) };
}

function wrongName(text: string): [string, WrongName] {
  const [name = "", how = ""] = text.split("=");
  if (name !== "" && (how === "dns" || how === "connection" || how === "unauthorized")) return [name, how];
  throw new UsageError(`--wrong must be NAME=dns, NAME=connection or NAME=unauthorized, but is "${text}"`);
}

function externalAccount(text: string): [string, string] {
  const match = /^([^:]+):([A-Za-z0-9_-]+)$/.exec(text);
  const [, keyId, key] = match ?? [];
  if (keyId !== undefined && key !== undefined) return [keyId, key];
  throw new UsageError(`--eab must be KEYID:HMACKEY with the key in base64url, but is "${text}"`);
}

const FAULT_RATES: ReadonlyMap<string, string> = new Map([
  ["bad-nonce", "badNonceRate"],
  ["server-error", "serverErrorRate"],
  ["unavailable", "unavailableRate"],
  ["drop-before", "dropBeforeRate"],
  ["drop-after", "dropAfterRate"],
  ["issuance-failure", "issuanceFailureRate"],
]);

function faultRate(text: string): [string, number] {
  const [kind = "", rate = ""] = text.split("=");
  const member = FAULT_RATES.get(kind);
  const share = Number(rate);
  if (member !== undefined && rate !== "" && share >= 0 && share <= 1) return [member, share];
  const kinds = [...FAULT_RATES.keys()].join(", ");
  throw new UsageError(
    `--fault must be KIND=RATE, KIND one of ${kinds} and RATE from 0 to 1, but is "${text}"`,
  );
}
