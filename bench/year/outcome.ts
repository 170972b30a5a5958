/** What came of a year, from its domains' lives and from what its CA has counted. */
import {
  type Duration,
  days,
  type FailureCode,
  failures,
  hours,
  type Instant,
  instant,
  milliseconds,
} from "@certmill/domain";
import { isWithin, type RenewalWindow, suggestedWindow } from "../../packages/sim/src/ca/renewal-window.ts";
import { type Certificate, certificatesOf, type Life } from "./life.ts";
import { longestRight, rightSince, type Story } from "./story.ts";

export interface YearOutcome {
  /** Certificates that ended without a successor though there was a chance: see `chance`. */
  readonly avoidableExpiries: number;
  /** All that ended so, whatever the DNS. */
  readonly expiries: number;
  /** Domains whose DNS has been right for a day and more at the end, and that have no certificate that is valid. */
  readonly forgotten: number;
  /** Certificates that follow another, and those of them whose order the CA held no limit against; likewise those whose DNS was right in all of the window. */
  readonly renewals: number;
  readonly exempt: number;
  readonly renewalsInPeace: number;
  readonly exemptInPeace: number;
  /** Orders that the CA held no limit against, as it and as our database has them, those that failed too. */
  readonly exemptOrdersOfCa: number;
  readonly exemptOrdersOfOurs: number;
  readonly paused: number;
  /** Of a name that fails: failed validations in one day after the first, the most and the mean. */
  readonly failedTriesMost: number;
  readonly failedTriesMean: number;
  /** From the DNS being right to the certificate, of those whose DNS was wrong when they were added; in ms. */
  readonly mended: readonly Duration[];
  /** Of these, those where nobody asked for a check. */
  readonly mendedUnasked: readonly Duration[];
  /** Of those whose DNS was right when they were added. */
  readonly atOnce: readonly Duration[];
  /** Requests that the CA refused for a limit, whatever limit. */
  readonly refusals: number;
}

export interface Finished {
  readonly lives: readonly Life[];
  readonly ca: CaCounts;
  readonly end: Instant;
}

export interface CaCounts {
  /** Orders that no limit was held against. */
  readonly exemptOrders: number;
  /** Names that are paused at the end. */
  readonly paused: number;
  readonly refusals: Readonly<Record<string, number>>;
}

/** Who is right for so long without a break when a renewal is overdue could have had it: what a customer must put right is tried once a day. */
const chance = hours(26);

export function outcomeOf({ lives, ca, end }: Finished): YearOutcome {
  return {
    ...expiriesOf(lives, end),
    ...renewalsOf(lives),
    exemptOrdersOfCa: ca.exemptOrders,
    exemptOrdersOfOurs: exemptOrdersOf(lives),
    paused: ca.paused,
    ...failedTriesOf(lives, end),
    ...waitsOf(lives),
    refusals: Object.values(ca.refusals).reduce((sum, count) => sum + count, 0),
  };
}

function expiriesOf(lives: readonly Life[], end: Instant) {
  let expiries = 0;
  let avoidableExpiries = 0;
  let forgotten = 0;
  for (const life of lives) {
    const { story, removedAt, addedAt } = life;
    const certificates = certificatesOf(life);
    certificates.forEach((certificate, index) => {
      const { notAfter } = certificate;
      const next = certificates[index + 1]?.storedAt ?? end;
      if (next <= notAfter || (removedAt !== null && removedAt <= notAfter)) return;
      expiries += 1;
      if (hadChance(story, certificate)) avoidableExpiries += 1;
    });
    const since = rightSince(story, end);
    const isRight = since !== null && end - Math.max(since, addedAt) >= chance;
    if (isRight && removedAt === null && !certificates.some(({ notAfter }) => notAfter > end)) forgotten += 1;
  }
  return { expiries, avoidableExpiries, forgotten };
}

/** The order is made somewhere in the window: only who was right in all of it, or for long enough after it, had one. */
function hadChance(story: Story, certificate: Certificate): boolean {
  const window = suggestedWindow(certificate);
  return isRightIn(story, window) || longestRight(story, window.end, certificate.notAfter) >= chance;
}

const isRightIn = (story: Story, { start, end }: RenewalWindow): boolean =>
  longestRight(story, start, end) === end - start;

function renewalsOf(lives: readonly Life[]) {
  const all = lives.flatMap((life) => {
    const certificates = certificatesOf(life);
    return certificates.slice(1).flatMap((certificate, index) => {
      const before = certificates[index];
      if (before === undefined) return [];
      const window = suggestedWindow(before);
      const isExempt = certificate.replaces && isWithin(window, certificate.orderedAt);
      const peaceful = isRightIn(life.story, window);
      return [{ isExempt, peaceful }];
    });
  });
  const peaceful = all.filter((each) => each.peaceful);
  return {
    renewals: all.length,
    exempt: all.filter(({ isExempt }) => isExempt).length,
    renewalsInPeace: peaceful.length,
    exemptInPeace: peaceful.filter(({ isExempt }) => isExempt).length,
  };
}

/** Orders that were made in the window of the certificate that was held then, naming it. */
function exemptOrdersOf(lives: readonly Life[]): number {
  return lives.reduce((sum, life) => {
    const certificates = certificatesOf(life);
    const exempt = life.tries.filter(({ orderedAt: at, replaces }) => {
      if (at === null || !replaces) return false;
      const held = certificates.findLast(({ storedAt }) => storedAt < at);
      return held !== undefined && isWithin(suggestedWindow(held), at);
    });
    return sum + exempt.length;
  }, 0);
}

const isOfValidation = (code: FailureCode): boolean => failures[code].party === "customer";

/** A day is 24 hours from the first failure of a row of them; the days of a row are counted until it ends. */
function failedTriesOf(lives: readonly Life[], end: Instant) {
  let most = 0;
  let tries = 0;
  let nameDays = 0;
  for (const life of lives) {
    for (const row of failingRows(life, end)) {
      const dayOf = (at: Instant): number => Math.floor((at - row.from) / days(1));
      const later = row.failedAt.map(dayOf).filter((day) => day > 0);
      for (const ofDay of Map.groupBy(later, (day) => day).values()) most = Math.max(most, ofDay.length);
      tries += later.length;
      nameDays += Math.max(0, dayOf(row.to));
    }
  }
  return { failedTriesMost: most, failedTriesMean: nameDays === 0 ? 0 : tries / nameDays };
}

interface FailingRow {
  readonly from: Instant;
  /** When the next certificate was there, or the end. */
  readonly to: Instant;
  readonly failedAt: readonly Instant[];
}

function failingRows({ tries }: Life, end: Instant): readonly FailingRow[] {
  const rows: FailingRow[] = [];
  let failedAt: Instant[] = [];
  const close = (to: Instant): void => {
    const [from] = failedAt;
    if (from !== undefined) rows.push({ from, to, failedAt });
    failedAt = [];
  };
  for (const { certificate, failureCode, endedAt, orderedAt } of tries) {
    if (certificate !== null) close(certificate.storedAt);
    else if (failureCode !== null && endedAt !== null && orderedAt !== null && isOfValidation(failureCode))
      failedAt.push(endedAt);
  }
  close(end);
  return rows;
}

function waitsOf(lives: readonly Life[]) {
  const mended: Duration[] = [];
  const mendedUnasked: Duration[] = [];
  const atOnce: Duration[] = [];
  for (const life of lives) {
    const { story, addedAt } = life;
    const [first] = certificatesOf(life);
    if (first === undefined) continue;
    const since = instant(Math.max(addedAt, rightSince(story, first.storedAt) ?? first.storedAt));
    const wait = milliseconds(first.storedAt - since);
    if (since === addedAt) atOnce.push(wait);
    else mended.push(wait);
    if (since !== addedAt && story.asksAt === null) mendedUnasked.push(wait);
  }
  return { mended, mendedUnasked, atOnce };
}
