/** What happens in a simulation, counted as it goes; outcome.ts judges it. */

import type { LimitName } from "../budget/limit.ts";
import type { FailureCode } from "../failure/failure-code.ts";
import { between, days, hours, type Instant, instant } from "../time/instant.ts";
import type { Attempt } from "./attempt.ts";
import type { Line } from "./line.ts";
import { domainsIn, isOfCampaign, type Lineage } from "./lineage.ts";
import type { CampaignHeld, Round } from "./planning-round.ts";
import type { PoolCa } from "./pool-ca.ts";
import type { CaCounts } from "./simulated-ca.ts";
import type { NameFate } from "./simulation-terms.ts";

export interface Look {
  readonly at: Instant;
  /** Whether a domain of the campaign is in line, and not parked for a limit of its own. */
  readonly waiting: boolean;
  /** By CA, in their order. */
  readonly cas: readonly CaCounts[];
}

export interface CountedDay {
  readonly at: Instant;
  /** Of the list. */
  orders: number;
  certificates: number;
  /** Domains of the list that have their first certificate, so far. */
  covered: number;
  /** Orders of others. */
  beside: number;
}

/** What the list waits for: new orders, orders in flight, its own pace, or a limit of its own. */
export type HeldBy = CampaignHeld | "parked";

const lookEvery = hours(1);

export class Journal {
  readonly startsAt: Instant;
  readonly cas: readonly PoolCa[];
  readonly lineages: Lineage[] = [];
  readonly looks: Look[] = [];
  readonly days: CountedDay[] = [];
  readonly orders = { first: 0, split: 0, retries: 0, second: 0, customers: 0, renewals: 0 };
  readonly issued = { first: 0, second: 0, customers: 0, renewals: 0 };
  readonly failed = new Map<FailureCode, number>();
  readonly parked = new Map<LimitName, number>();
  readonly heldFor = new Map<HeldBy, number>();
  readonly ofCa = new Map<string, { orders: number; certificates: number }>();
  /** Domains of the list, those that a CA will ever find right, and those that have a certificate. */
  domains = 0;
  issuable = 0;
  enrolled = 0;
  /** When the last of the list got its first certificate; null: none has. */
  lastAt: Instant | null = null;
  /** Certificates that ended before the next was there. */
  expired = 0;
  stranded = 0;
  #held: HeldBy | null = null;
  readonly #rests = new Set<Lineage>();

  constructor({ startsAt, cas }: { readonly startsAt: Instant; readonly cas: readonly PoolCa[] }) {
    this.startsAt = startsAt;
    this.cas = cas;
    for (const { terms } of cas) this.ofCa.set(terms.id, { orders: 0, certificates: 0 });
  }

  /** Whether all of the list that can have a certificate has one. */
  get isEnrolled(): boolean {
    return this.enrolled >= this.issuable;
  }

  get nextLookAt(): Instant {
    const last = this.looks.at(-1);
    return last === undefined ? this.startsAt : instant(last.at + lookEvery);
  }

  look(at: Instant, waiting: boolean): void {
    this.looks.push({ at, waiting, cas: this.cas.map(({ terms }) => terms.ca.counts(at)) });
  }

  /** Nothing happens between two instants. */
  pass(from: Instant, to: Instant): void {
    if (this.#held !== null && !this.isEnrolled)
      this.heldFor.set(this.#held, (this.heldFor.get(this.#held) ?? 0) + between(from, to));
  }

  noteAdded(lineage: Lineage): void {
    this.lineages.push(lineage);
  }

  /** One of the list, before any of its packs is split. */
  noteListed({ names }: Lineage, fateOf: (name: string) => NameFate): void {
    this.domains += domainsIn(names);
    this.issuable += domainsIn(names.filter((name) => fateOf(name) !== "never"));
  }

  noteRound({ parked, stranded, campaignHeld, orders }: Round, line: Line): void {
    for (const [limit, count] of Object.entries(parked) as [LimitName, number][])
      this.parked.set(limit, (this.parked.get(limit) ?? 0) + count);
    this.stranded += stranded.length;
    if (campaignHeld !== null) this.#held = campaignHeld;
    else if (!line.isCampaignWaiting)
      this.#held = line.campaignParked > 0 && orders.length === 0 ? "parked" : null;
  }

  noteOrder({ lineage, ca, isFirst }: Attempt, now: Instant): void {
    const day = this.#day(now);
    const isSecond = lineage.origin === "twin" && lineage.certificate === null;
    if (!isOfCampaign(lineage) && !isSecond) {
      day.beside += 1;
      this.orders[lineage.certificate === null ? "customers" : "renewals"] += 1;
      return;
    }
    day.orders += 1;
    const part = this.ofCa.get(ca.terms.id);
    if (part !== undefined) part.orders += 1;
    const isRest = this.#rests.delete(lineage);
    this.orders[isSecond ? "second" : isRest ? "split" : isFirst ? "first" : "retries"] += 1;
  }

  noteIssued(lineage: Lineage, caId: string, now: Instant): void {
    const { certificate, origin } = lineage;
    if (certificate !== null) {
      this.issued.renewals += 1;
      if (now > certificate.notAfter) this.expired += 1;
      return;
    }
    if (origin === "customer" || origin === "existing") {
      this.issued.customers += 1;
      return;
    }
    const day = this.#day(now);
    day.certificates += 1;
    const part = this.ofCa.get(caId);
    if (part !== undefined) part.certificates += 1;
    if (origin === "twin") {
      this.issued.second += 1;
      return;
    }
    this.enrolled += domainsIn(lineage.names);
    this.issued.first += 1;
    day.covered = this.enrolled;
    this.lastAt = now;
  }

  noteFailed(code: FailureCode): void {
    this.failed.set(code, (this.failed.get(code) ?? 0) + 1);
  }

  /** The rest of a pack goes on. */
  noteSplit(lineage: Lineage): void {
    this.#rests.add(lineage);
  }

  #day(now: Instant): CountedDay {
    const at = instant(Math.floor(now / days(1)) * days(1));
    const last = this.days.at(-1);
    if (last?.at === at) return last;
    const day = { at, orders: 0, certificates: 0, covered: this.enrolled, beside: 0 };
    this.days.push(day);
    return day;
  }
}
