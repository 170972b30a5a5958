import { sameSetWindow } from "../budget/order-spending.ts";
import type { FailureCode } from "../failure/failure-code.ts";
import type { RenewalWindow } from "../schedule/renewal-window.ts";
import type { FailedTurn } from "../schedule/turn-taking.ts";
import { classOf, type WorkClass } from "../schedule/work-class.ts";
import { type Instant, instant } from "../time/instant.ts";

/**
 * `list`: of the campaign. `customer`: added while it goes on. `existing`: had a certificate before. `twin`: the second of a pair,
 * of one of the list.
 */
export type Origin = "list" | "customer" | "existing" | "twin";

export interface HeldCertificate {
  readonly caId: string;
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/** A lineage as the database would have it. */
export interface Lineage {
  /** Chooses its CA and its renewal's day, as in production. */
  readonly id: string;
  names: readonly string[];
  readonly origin: Origin;
  readonly tenant: string | null;
  readonly createdAt: Instant;
  /** From when on a CA would find its names right; null: never. */
  issuableFrom: Instant | null;
  certificate: HeldCertificate | null;
  /** Whether its CA has moved its renewal window into the past. */
  isUrgent: boolean;
  /** What its CA has told of its renewal; null: nothing, or it is not simulated: its renewal is exempt as one for the same names. */
  window: RenewalWindow | null;
  /** When it got its first certificate in the simulation; null: it has none from it. */
  firstAt: Instant | null;
  /** Where its next order goes first: to the CA of the certificate that it has, or of the first of its pair; null: it has neither. */
  previousCa: string | null;
  /** When each CA last issued for these very names. */
  issuedAt: Readonly<Record<string, Instant>>;
  failures: number;
  /** Since when every attempt has failed for what the customer has to put right; null: none has. */
  failingSince: Instant | null;
  failureCode: FailureCode | null;
  avoid: readonly string[];
  /** The campaign's wave that released it; 0: none yet, or it is of no campaign. */
  wave: number;
  /** When its check lets it join the line; null: it has not been released, or is not checked. */
  joinsAt: Instant | null;
  hasBeenTried: boolean;
  isParked: boolean;
  /** Its last attempt, where that failed; null: it succeeded, or there was none. */
  failed: FailedTurn | null;
}

export type NewLineage = Pick<Lineage, "id" | "names" | "origin" | "tenant" | "createdAt" | "issuableFrom">;

export const newLineage = (parts: NewLineage): Lineage => ({
  ...parts,
  certificate: null,
  previousCa: null,
  isUrgent: false,
  window: null,
  firstAt: null,
  issuedAt: {},
  failures: 0,
  failingSince: null,
  failureCode: null,
  avoid: [],
  wave: 0,
  joinsAt: null,
  hasBeenTried: false,
  isParked: false,
  failed: null,
});

export const isOfCampaign = ({ origin, certificate }: Lineage): boolean =>
  origin === "list" && certificate === null;

export const workClassOf = (lineage: Lineage, now: Instant): WorkClass =>
  classOf(
    {
      certificate: lineage.certificate,
      // The names of a second of a pair are served already: nobody waits for it.
      ofCampaign: isOfCampaign(lineage) || lineage.origin === "twin",
      failures: lineage.failures,
      urgent: lineage.isUrgent,
    },
    now,
  );

/** Whose it is, among those of its class. */
export const flowOf = (lineage: Lineage): string =>
  isOfCampaign(lineage) ? "campaign" : lineage.tenant === null ? "" : `tenant ${lineage.tenant}`;

export const sameSetAt = ({ certificate, origin, issuedAt }: Lineage, now: Instant): readonly string[] =>
  certificate === null && origin !== "twin"
    ? []
    : Object.entries(issuedAt).flatMap(([caId, at]) => (at > instant(now - sameSetWindow) ? [caId] : []));

/** Domains among the names: a name and its `www` are one. */
export const domainsIn = (names: readonly string[]): number =>
  new Set(names.map((name) => name.replace(/^www\./, ""))).size;
