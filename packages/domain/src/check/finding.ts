/** What a check found, for programs. The sentences are in catalogue.ts, the table for people in docs/checks.md. */
import type { Instant } from "../time/instant.ts";

/**
 * Every finding's code, with what it rests on. `dns`: what the name servers say, which a CA sees too. `probe`: a request
 * from our side, which may fail for reasons of our own.
 */
export const findingCodes = {
  "no-name": "dns",
  "no-address": "dns",
  "alias-no-address": "dns",
  "alias-circle": "dns",
  "alias-too-long": "dns",
  "dns-failed": "dns",
  "dnssec-failed": "dns",
  "points-elsewhere": "dns",
  "address-elsewhere": "dns",
  "stray-a": "dns",
  "stray-aaaa": "dns",
  "behind-proxy": "dns",
  "caa-forbids": "dns",
  "caa-critical": "dns",
  "caa-account": "dns",
  "caa-method": "dns",
  "caa-failed": "dns",
  "caa-dnssec": "dns",
  "delegation-missing": "dns",
  "delegation-failed": "dns",
  "zone-missing": "dns",
  "probe-unreachable": "probe",
  "probe-timeout": "probe",
  "probe-broken": "probe",
  "probe-status": "probe",
  "probe-wrong-answer": "probe",
  "probe-redirect": "probe",
  "probe-tls": "probe",
  "probe-target-dns": "probe",
  "probe-unsafe": "probe",
} as const satisfies Record<string, "dns" | "probe">;

export type FindingCode = keyof typeof findingCodes;

export interface Finding {
  readonly code: FindingCode;
  /** `fault`: an order would fail, so it waits. `notice`: worth to know. */
  readonly weight: "fault" | "notice";
  /** The name that was checked. */
  readonly name: string;
  /** Where it is to be put right, when that is not the name itself: the end of an alias, a CAA record's name, a URL. */
  readonly where: string | null;
  /** What would be right; empty when it cannot be told. Addresses, CAs' CAA identities, an account's URL, … */
  readonly expected: readonly string[];
  /** Of many the first 20, each cut at 300 characters. */
  readonly found: readonly string[];
  /** The CA, by its name here, that it is about; null: all. */
  readonly ca: string | null;
  /** The places that see it, `here` for who made the check; empty: all that looked. */
  readonly seenFrom: readonly string[];
}

/** A finding beside what was there when the check last passed. */
export interface ComparedFinding extends Finding {
  /** Null: it never passed, or the records are what they were. */
  readonly before: Before | null;
}

export interface Before {
  /** Addresses; of a finding about CAA those records; of one about the place of a proof where it was. */
  readonly found: readonly string[];
  /** Where CNAME records led; null: there were none. */
  readonly where: string | null;
  /** When that was last seen. */
  readonly until: Instant;
}

export const isOfCaa = ({ code }: Pick<Finding, "code">): boolean => code.startsWith("caa-");

/** Whether it is about the place of a proof in the DNS. */
export const isOfProof = ({ code }: Pick<Finding, "code">): boolean =>
  code.startsWith("delegation-") || code === "zone-missing";

/** A name may have thousands of records, of which each finding would be stored and told with all. */
const mostFound = 20;
/** A CAA record with an account's URL has some 100 characters, a name 253. */
const longestFound = 300;

/** What is stored and told of what was found. */
export const cutFound = (found: readonly string[]): readonly string[] =>
  found.slice(0, mostFound).map((text) => text.slice(0, longestFound).toWellFormed());

/** The CAs, by their names here, that would refuse an order for what was found. */
export const refusingCas = (findings: readonly Finding[]): readonly string[] => [
  ...new Set(findings.flatMap(({ ca }) => ca ?? [])),
];
