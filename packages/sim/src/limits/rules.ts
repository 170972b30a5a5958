import type { Duration, Instant } from "@certmill/domain";
import type { Resource } from "../ca/urls.ts";
import { type Allowance, demandAllowance, divided } from "./allowance.ts";

/** Every limit that a request can be refused for. */
export const LIMIT_NAMES = [
  "newAccountsPerAddress",
  "newAccountsPerRange",
  "newOrdersPerAccount",
  "certificatesPerRegisteredDomain",
  "certificatesPerExactSet",
  "failedAuthorizations",
  "consecutiveFailures",
  "requestRate",
  "quota",
  "overload",
] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

/**
 * What this CA lets its clients do. `null`: no such limit. All numbers can be others than the real CA's, so that one
 * that is stricter than a client believes can be met, too.
 */
export interface LimitRules {
  /** Of new accounts, by IP address. */
  readonly newAccountsPerAddress: Allowance | null;
  /** Of new accounts, by the /48 of an IPv6 address. */
  readonly newAccountsPerRange: Allowance | null;
  /** Spent by every newOrder that is granted, be it with an order that was open already. */
  readonly newOrdersPerAccount: Allowance | null;
  /** Over all accounts: looked at by newOrder, spent by issuance, but for names that were together before. */
  readonly certificatesPerRegisteredDomain: Allowance | null;
  /** Over all accounts: looked at by newOrder, spent by every issuance. */
  readonly certificatesPerExactSet: Allowance | null;
  /** By account and identifier: looked at by newOrder, spent by validations that fail. */
  readonly failedAuthorizations: Allowance | null;
  /**
   * By account and identifier: a failure for which nothing is left pauses the identifier until it is unpaused. One
   * success fills it up.
   */
  readonly consecutiveFailures: Allowance | null;
  /** By IP address; the first that is for a resource counts. */
  readonly requestRates: readonly RequestRate[];
  /** By account and resource, as Google counts. */
  readonly quotas: Readonly<Partial<Record<Resource, Allowance>>>;
  /** Of requests of all clients together, but for the directory; those above it are told that the CA is busy. */
  readonly overload: Allowance | null;
  /** For how long after an issuance an order for the very same identifiers is a renewal; `null`: none is. */
  readonly renewalExemption: Duration | null;
  /** Whether an order that replaces a certificate within its suggested window is free of all limits. */
  readonly replacementExemption: boolean;
  readonly overrides: readonly Override[];
  /** Retry-After is longer than the wait by up to this share of it, by chance: 0 to 1. */
  readonly retryJitter: number;
}

export interface RequestRate {
  readonly resources: readonly Resource[] | "all";
  readonly allowance: Allowance;
  /** `busy`: 503 with Retry-After. `nginx`: 429 in HTML, without. */
  readonly refusal: "busy" | "nginx";
}

/** What the CA has granted to one client, from an instant on. */
export type Override =
  | {
      readonly limit: "newOrdersPerAccount";
      /** The account's URL, or its last part. */
      readonly account: string;
      readonly allowance: Allowance;
      readonly from: Instant;
    }
  | {
      readonly limit: "certificatesPerRegisteredDomain";
      /** For all accounts. */
      readonly registeredDomain: string;
      readonly allowance: Allowance;
      readonly from: Instant;
    }
  | {
      readonly limit: "certificatesPerRegisteredDomain";
      /** For each registered domain, counted by this account alone. */
      readonly account: string;
      readonly allowance: Allowance;
      readonly from: Instant;
    };

/** The limits that are one number for all. */
export const ALLOWANCE_NAMES = [
  "newAccountsPerAddress",
  "newAccountsPerRange",
  "newOrdersPerAccount",
  "certificatesPerRegisteredDomain",
  "certificatesPerExactSet",
  "failedAuthorizations",
  "consecutiveFailures",
  "overload",
] as const satisfies readonly (keyof LimitRules)[];

export type AllowanceName = (typeof ALLOWANCE_NAMES)[number];

/** @throws RangeError for numbers that cannot be counted with. */
export function demandRules(rules: LimitRules): void {
  for (const name of ALLOWANCE_NAMES) {
    const allowance = rules[name];
    if (allowance !== null) demandAllowance(name, allowance);
  }
  for (const { allowance } of rules.requestRates) demandAllowance("requestRates", allowance);
  for (const [name, allowance] of Object.entries(rules.quotas))
    demandAllowance(`quota of ${name}`, allowance);
  for (const { limit, allowance } of rules.overrides) demandAllowance(`override of ${limit}`, allowance);
  if (rules.retryJitter < 0 || rules.retryJitter > 1) throw new RangeError("retryJitter must be from 0 to 1");
}

/** Limits of which a smaller fleet needs less. */
export type ScalableLimit = "newOrdersPerAccount" | "certificatesPerRegisteredDomain";

/**
 * The rules for a fleet that is `divisor` times smaller: these limits are divided, with their overrides. The others are
 * counted by one name or address, of which a smaller fleet has fewer, not smaller ones.
 *
 * @param divisor whole, 1 or more.
 * @param limits with `certificatesPerRegisteredDomain` when the fleet has as many registered domains with fewer names.
 */
export function scaledRules(
  rules: LimitRules,
  divisor: number,
  limits: readonly ScalableLimit[] = ["newOrdersPerAccount"],
): LimitRules {
  if (!Number.isSafeInteger(divisor) || divisor < 1) {
    throw new RangeError(`limits are divided by a whole number above 0, but it is ${divisor}`);
  }
  const scale = (name: ScalableLimit, allowance: Allowance): Allowance =>
    limits.includes(name) ? divided(allowance, divisor) : allowance;
  const scaleRule = (name: ScalableLimit): Allowance | null =>
    rules[name] === null ? null : scale(name, rules[name]);
  return {
    ...rules,
    newOrdersPerAccount: scaleRule("newOrdersPerAccount"),
    certificatesPerRegisteredDomain: scaleRule("certificatesPerRegisteredDomain"),
    overrides: rules.overrides.map((each) => ({ ...each, allowance: scale(each.limit, each.allowance) })),
  };
}
