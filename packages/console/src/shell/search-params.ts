import { type DomainState, domainSorts, domainStates } from "@certmill/api";

/** What stands behind the `?` of an address, before anything is known of it. */
type Raw = Readonly<Record<string, unknown>>;

const text = (raw: Raw, name: string): string | undefined => {
  const value = raw[name];
  return typeof value === "string" && value !== ""
    ? value
    : typeof value === "number"
      ? String(value)
      : undefined;
};

const oneOf = <T extends string>(raw: Raw, name: string, all: readonly T[]): T | undefined =>
  all.find((each) => each === raw[name]);

export interface SignInSearch {
  /** Where in the console the reader was going. */
  readonly back?: string | undefined;
  /** What went wrong at the sign-in provider, as a code. */
  readonly fault?: string | undefined;
}

export const signInSearch = (raw: Raw): SignInSearch => ({
  back: text(raw, "back"),
  fault: text(raw, "fault"),
});

/** The list's filters, as the API has them: a link to a list is a link to the same rows. */
export interface DomainsSearch {
  readonly search?: string | undefined;
  readonly state?: DomainState | undefined;
  readonly tenant?: string | undefined;
  readonly campaign?: string | undefined;
  readonly ca?: string | undefined;
  readonly edgeGroup?: string | undefined;
  readonly failure?: string | undefined;
  readonly expiresAfter?: string | undefined;
  readonly expiresBefore?: string | undefined;
  readonly sort?: (typeof domainSorts)[number] | undefined;
  readonly order?: "asc" | "desc" | undefined;
  readonly after?: string | undefined;
}

export const domainsSearch = (raw: Raw): DomainsSearch => ({
  search: text(raw, "search"),
  state: oneOf(raw, "state", domainStates),
  tenant: text(raw, "tenant"),
  campaign: text(raw, "campaign"),
  ca: text(raw, "ca"),
  edgeGroup: text(raw, "edgeGroup"),
  failure: text(raw, "failure"),
  expiresAfter: text(raw, "expiresAfter"),
  expiresBefore: text(raw, "expiresBefore"),
  sort: oneOf(raw, "sort", domainSorts),
  order: oneOf(raw, "order", ["asc", "desc"]),
  after: text(raw, "after"),
});

export const failureGroupings = ["reason", "tenant", "campaign", "ca"] as const;

export interface FailuresSearch {
  readonly by?: (typeof failureGroupings)[number] | undefined;
  readonly reason?: string | undefined;
  readonly tenant?: string | undefined;
  readonly campaign?: string | undefined;
  readonly ca?: string | undefined;
}

export const failuresSearch = (raw: Raw): FailuresSearch => ({
  by: oneOf(raw, "by", failureGroupings),
  reason: text(raw, "reason"),
  tenant: text(raw, "tenant"),
  campaign: text(raw, "campaign"),
  ca: text(raw, "ca"),
});

export interface AuditSearch {
  readonly who?: string | undefined;
  readonly about?: string | undefined;
}

export const auditSearch = (raw: Raw): AuditSearch => ({
  who: text(raw, "who"),
  about: text(raw, "about"),
});
