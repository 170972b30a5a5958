import { days, hours, milliseconds, minutes, seconds } from "@certmill/domain";
import type { Resource } from "../ca/urls.ts";
import { type Allowance, per } from "./allowance.ts";
import type { LimitRules, RequestRate } from "./rules.ts";

/** CAs whose limits this one knows. */
export const RULE_SET_NAMES = ["none", "letsencrypt", "letsencrypt-staging", "zerossl", "google"] as const;

export type RuleSetName = (typeof RULE_SET_NAMES)[number];

/** No limits: what the others start from. */
export const NO_LIMITS: LimitRules = {
  newAccountsPerAddress: null,
  newAccountsPerRange: null,
  newOrdersPerAccount: null,
  certificatesPerRegisteredDomain: null,
  certificatesPerExactSet: null,
  failedAuthorizations: null,
  consecutiveFailures: null,
  requestRates: [],
  quotas: {},
  overload: null,
  renewalExemption: null,
  replacementExemption: false,
  overrides: [],
  retryJitter: 0,
};

/** https://letsencrypt.org/docs/rate-limits/ of 2026-08-05; 120 days and the jitter as in Boulder. */
const LETSENCRYPT: LimitRules = {
  ...NO_LIMITS,
  newAccountsPerAddress: per(hours(3), 10),
  newAccountsPerRange: per(hours(3), 500),
  newOrdersPerAccount: per(hours(3), 300),
  certificatesPerRegisteredDomain: per(days(7), 50),
  certificatesPerExactSet: per(days(7), 5),
  failedAuthorizations: per(hours(1), 5),
  // 1 a day.
  consecutiveFailures: per(days(1), 1, 1_152),
  requestRates: perSecond({
    newNonce: [20, 10],
    newAccount: [5, 15],
    newOrder: [300, 200],
    revokeCert: [10, 100],
    renewalInfo: [1_000, 100],
    directory: [40, 40],
    all: [250, 125],
  }),
  renewalExemption: days(120),
  replacementExemption: true,
  retryJitter: 0.03,
};

/** https://letsencrypt.org/docs/staging-environment/ of 2026-04-10. */
const LETSENCRYPT_STAGING: LimitRules = {
  ...LETSENCRYPT,
  newAccountsPerAddress: per(hours(3), 50),
  newOrdersPerAccount: per(hours(3), 1_500),
  certificatesPerRegisteredDomain: per(seconds(1), 30_000),
  certificatesPerExactSet: per(days(7), 30_000),
  failedAuthorizations: per(hours(1), 200),
  consecutiveFailures: per(hours(6), 3_600),
  requestRates: perSecond({
    newNonce: [20, 10],
    newAccount: [5, 15],
    newOrder: [20, 40],
    revokeCert: [10, 100],
    renewalInfo: [1_000, 100],
    directory: [40, 40],
    all: [20, 20],
  }),
};

/** Its limit is not published; lego counts on 7 requests a second. 429 comes from nginx, in HTML. */
const ZEROSSL: LimitRules = {
  ...NO_LIMITS,
  requestRates: [{ resources: "all", allowance: per(seconds(1), 7), refusal: "nginx" }],
};

/** One is known, of challenges (acme.sh issue 4364); the others are taken to be the same. */
const GOOGLE_QUOTA = per(minutes(1), 30);

const GOOGLE: LimitRules = {
  ...NO_LIMITS,
  quotas: {
    newAccount: GOOGLE_QUOTA,
    newOrder: GOOGLE_QUOTA,
    challenge: GOOGLE_QUOTA,
    finalize: GOOGLE_QUOTA,
    revokeCert: GOOGLE_QUOTA,
  },
};

const RULE_SETS: Readonly<Record<RuleSetName, LimitRules>> = {
  none: NO_LIMITS,
  letsencrypt: LETSENCRYPT,
  "letsencrypt-staging": LETSENCRYPT_STAGING,
  zerossl: ZEROSSL,
  google: GOOGLE,
};

/** The limits that a CA has by its documentation, or by what its clients have met. */
export const ruleSet = (name: RuleSetName): LimitRules => RULE_SETS[name];

/** @param rates requests a second and burst. */
function perSecond(
  rates: Partial<Record<Resource | "all", readonly [number, number]>>,
): readonly RequestRate[] {
  return Object.entries(rates).map(([resource, [count, burst]]) => ({
    resources: resource === "all" ? "all" : [resource as Resource],
    allowance: { burst, count, period: milliseconds(1_000) } satisfies Allowance,
    refusal: "busy",
  }));
}
