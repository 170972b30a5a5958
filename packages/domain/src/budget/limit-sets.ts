import { days, hours, seconds } from "../time/instant.ts";
import type { Limit, Limits, RequestLimit } from "./limit.ts";

/** What is known of a CA's limits before it has refused anything. */
export interface LimitSet {
  readonly limits: Limits;
  /** Per source address at Let's Encrypt, per account elsewhere; taken as the stricter: for all of ours together. */
  readonly requests: readonly RequestLimit[];
  /** Names in one certificate. */
  readonly mostNames: number;
  /**
   * Whether an order for names that it has issued for before is exempt from its limits of new orders and domains, and
   * one that replaces a certificate in its renewal window from all.
   */
  readonly exemptsRenewals: boolean;
  /** Whether it tells when a certificate is to be renewed (RFC 9773), which goes before what we would choose. */
  readonly suggestsWindows: boolean;
}

const perSecond = (rate: number, burst: number): Limit => ({ burst, count: rate, period: seconds(1) });

/** Overall request limits, production. Source: https://letsencrypt.org/docs/rate-limits/#overall-requests-limit */
const letsencryptRequests: readonly RequestLimit[] = [
  { resource: "newNonce", limit: perSecond(20, 10) },
  { resource: "newAccount", limit: perSecond(5, 15) },
  { resource: "newOrder", limit: perSecond(300, 200) },
  { resource: "revokeCert", limit: perSecond(10, 100) },
  { resource: "renewalInfo", limit: perSecond(1_000, 100) },
  { resource: "directory", limit: perSecond(40, 40) },
  { resource: "*", limit: perSecond(250, 125) },
];

/** Source: https://letsencrypt.org/docs/staging-environment/#rate-limits */
const stagingRequests: readonly RequestLimit[] = [
  { resource: "newNonce", limit: perSecond(20, 10) },
  { resource: "newAccount", limit: perSecond(5, 15) },
  { resource: "newOrder", limit: perSecond(20, 40) },
  { resource: "revokeCert", limit: perSecond(10, 100) },
  { resource: "renewalInfo", limit: perSecond(1_000, 100) },
  { resource: "directory", limit: perSecond(40, 40) },
  { resource: "*", limit: perSecond(20, 20) },
];

export const limitSets = {
  /** No limits are known: the ledger learns from refusals only. */
  none: { limits: {}, requests: [], mostNames: 100, exemptsRenewals: false, suggestsWindows: false },
  /** Source: https://letsencrypt.org/docs/rate-limits/ as of 2026-08-05. */
  letsencrypt: {
    limits: {
      "new-orders-per-account": { burst: 300, count: 300, period: hours(3) },
      "new-certificates-per-registered-domain": { burst: 50, count: 50, period: days(7) },
      "new-certificates-per-exact-set-of-identifiers": { burst: 5, count: 5, period: days(7) },
      "authorization-failures-per-identifier-per-account": { burst: 5, count: 5, period: hours(1) },
      "consecutive-authorization-failures-per-identifier-per-account": {
        burst: 1_152,
        count: 1,
        period: days(1),
      },
    },
    requests: letsencryptRequests,
    mostNames: 100,
    exemptsRenewals: true,
    suggestsWindows: true,
  },
  /** Source: https://letsencrypt.org/docs/staging-environment/ as of 2026-04-10. */
  "letsencrypt-staging": {
    limits: {
      "new-orders-per-account": { burst: 1_500, count: 1_500, period: hours(3) },
      "new-certificates-per-registered-domain": { burst: 30_000, count: 30_000, period: seconds(1) },
      "new-certificates-per-exact-set-of-identifiers": { burst: 30_000, count: 30_000, period: days(7) },
      "authorization-failures-per-identifier-per-account": { burst: 200, count: 200, period: hours(1) },
      "consecutive-authorization-failures-per-identifier-per-account": {
        burst: 3_600,
        count: 3_600,
        period: hours(6),
      },
    },
    requests: stagingRequests,
    mostNames: 100,
    exemptsRenewals: true,
    suggestsWindows: true,
  },
  /**
   * Not published. 7 requests a second is what lego keeps to; certificates are not counted, says the CA's support. The
   * orders are our own pace: as many as so many requests carry, at some ten an order, so that who goes next is decided in
   * line and not by requests that wait.
   */
  zerossl: {
    limits: { "new-orders-per-account": { burst: 10, count: 42, period: seconds(60) } },
    requests: [{ resource: "*", limit: perSecond(7, 7) }],
    mostNames: 100,
    exemptsRenewals: false,
    suggestsWindows: false,
  },
  /**
   * A quota for each kind of resource; 30 in 60 seconds for challenges was seen, the numbers of the others were not.
   * Source: https://cloud.google.com/certificate-manager/docs/quotas. The orders are our own pace again: two
   * challenges an order.
   */
  google: {
    limits: { "new-orders-per-account": { burst: 10, count: 15, period: seconds(60) } },
    requests: ["newOrder", "authorization", "challenge", "finalize"].map((resource) => ({
      resource,
      limit: { burst: 30, count: 30, period: seconds(60) },
    })),
    mostNames: 100,
    exemptsRenewals: false,
    suggestsWindows: true,
  },
} as const satisfies Record<string, LimitSet>;

export type LimitSetName = keyof typeof limitSets;

export const limitSetNames = Object.keys(limitSets) as readonly LimitSetName[];

export const isLimitSetName = (text: string): text is LimitSetName => Object.hasOwn(limitSets, text);

const directories: Readonly<Record<string, LimitSetName>> = {
  "acme-v02.api.letsencrypt.org": "letsencrypt",
  "acme-staging-v02.api.letsencrypt.org": "letsencrypt-staging",
  "acme.zerossl.com": "zerossl",
  "dv.acme-v02.api.pki.goog": "google",
  "dv.acme-v02.test-api.pki.goog": "google",
};

/** The set that goes with a directory's host; `none` for a CA that we know nothing of. */
export const limitSetOf = (directoryHost: string): LimitSetName => directories[directoryHost] ?? "none";
