/**
 * An enrolment order by order in virtual time: the ledger, the order of who goes next, the campaign's waves, retries and
 * renewals by the very rules that the server runs, against CAs that count by rules of their own. What is between these
 * rules in production, a database and HTTP, is not here; it takes no time.
 *
 * Deterministic: the same terms and CAs give the same outcome.
 */
import { fullBucket } from "../budget/bucket.ts";
import { BucketBook } from "../budget/bucket-book.ts";
import { spreadRenewal } from "../campaign/spread-renewal.ts";
import { type FailureCode, failures } from "../failure/failure-code.ts";
import { caOrder } from "../schedule/choose-ca.ts";
import { renewAt } from "../schedule/renewal.ts";
import { after, type Instant, instant } from "../time/instant.ts";
import { afterFailure } from "./after-failure.ts";
import { Attempt, type AttemptEnd } from "./attempt.ts";
import { CampaignWaves } from "./campaign-waves.ts";
import { triedAgainAt } from "./first-check.ts";
import { Journal } from "./journal.ts";
import { Line } from "./line.ts";
import { domainsIn, isOfCampaign, type Lineage, newLineage, type Origin } from "./lineage.ts";
import { OrderedQueue } from "./ordered-queue.ts";
import { Planner } from "./planner.ts";
import type { Round } from "./planning-round.ts";
import { PoolCa } from "./pool-ca.ts";
import type { ExistingCertificate, NamesOfOne, SimulationTerms } from "./simulation-terms.ts";

export class Simulation {
  readonly journal: Journal;
  readonly #terms: SimulationTerms;
  readonly #cas: ReadonlyMap<string, PoolCa>;
  readonly #line = new Line();
  readonly #planner: Planner;
  readonly #waves: CampaignWaves;
  readonly #attempts = new OrderedQueue<Attempt>();
  #now: Instant;
  #customerAt: Instant | null;
  #weather = 0;
  #made = 0;

  constructor(terms: SimulationTerms) {
    this.#terms = terms;
    this.#now = terms.startsAt;
    const cas = terms.cas.map((each) => new PoolCa(each));
    this.#cas = new Map(cas.map((ca) => [ca.terms.id, ca]));
    const book = new BucketBook();
    book.load(
      terms.cas.map(({ id, accountId, orders = fullBucket }) => ({
        caId: id,
        limit: "new-orders-per-account" as const,
        key: accountId,
        bucket: orders,
        turns: {},
        promisedUntil: 0,
      })),
    );
    this.journal = new Journal({ startsAt: terms.startsAt, cas });
    this.#planner = new Planner({ line: this.#line, cas, book, pace: terms.pace });
    for (const each of terms.existing) this.#putExisting(each);
    const list = Array.from(terms.list, (each) => this.#add(each, "list"));
    for (const each of list) this.journal.noteListed(each, terms.fateOf);
    this.#waves = new CampaignWaves({
      list,
      line: this.#line,
      mostFailed: terms.mostFailed,
      checksFirst: terms.checksFirst,
      startsAt: terms.startsAt,
    });
    this.#customerAt = terms.customers === null ? null : after(terms.startsAt, terms.customers.every);
  }

  get now(): Instant {
    return this.#now;
  }

  /** How often the campaign would have been paused for what failed. */
  get pauses(): number {
    return this.#waves.pauses;
  }

  /** Goes on until `end`, or until `isOver` says so after an instant in which something happened. */
  advanceTo(end: Instant, isOver: () => boolean = () => false): void {
    for (let next = this.#nextAt(); next !== null && next <= end; next = this.#nextAt()) {
      this.#passTo(instant(Math.max(next, this.#now)));
      this.#act();
      if (isOver()) return;
    }
    this.#passTo(end);
  }

  #passTo(at: Instant): void {
    // A look at the CAs every hour.
    for (let look = this.journal.nextLookAt; look <= at; look = this.journal.nextLookAt)
      this.journal.look(look, this.#line.isCampaignWaiting);
    this.journal.pass(this.#now, at);
    this.#now = at;
  }

  #nextAt(): number | null {
    const { weather } = this.#terms;
    const dues = [
      weather[this.#weather]?.at ?? null,
      this.#customerAt,
      this.#waves.dueAt,
      this.#attempts.next,
      this.#planner.dueAt,
    ];
    let next: number | null = null;
    for (const at of dues) if (at !== null && (next === null || at < next)) next = at;
    return next;
  }

  #act(): void {
    const now = this.#now;
    const { weather } = this.#terms;
    for (let due = weather[this.#weather]; due !== undefined && due.at <= now; due = weather[this.#weather]) {
      due.act();
      this.#weather += 1;
    }
    if (this.#customerAt !== null && this.#customerAt <= now) this.#bringCustomer();
    const wavesAt = this.#waves.dueAt;
    if (wavesAt !== null && wavesAt <= now) this.#waves.step(now);
    for (let due = this.#attempts.take(now); due !== null; due = this.#attempts.take(now)) this.#run(due);
    const planAt = this.#planner.dueAt;
    if (planAt !== null && planAt <= now) this.#begin(this.#planner.round(now));
  }

  #begin(round: Round): void {
    this.journal.noteRound(round, this.#line);
    for (const { caId, ...order } of round.orders) {
      const { lineage } = order;
      const ca = this.#demandCa(caId);
      ca.inFlight += 1;
      if (order.workClass === "emergency") ca.emergenciesInFlight += 1;
      const isPack = lineage.origin === "list" && domainsIn(lineage.names) > 1;
      const attempt = new Attempt({ ...order, ca, isPack }, this.#now);
      lineage.hasBeenTried = true;
      this.journal.noteOrder(attempt, this.#now);
      this.#run(attempt);
    }
  }

  #run(attempt: Attempt): void {
    const now = this.#now;
    const caId = attempt.ca.terms.id;
    const end = attempt.run(now, (change) => {
      this.#planner.note({ caId, at: now, change });
    });
    if (end.kind === "waits") {
      this.#attempts.push(end.until, attempt);
      return;
    }
    attempt.ca.inFlight -= 1;
    if (attempt.workClass === "emergency") attempt.ca.emergenciesInFlight -= 1;
    if (end.kind === "issued") this.#issued(attempt, end);
    else this.#failed(attempt, end);
  }

  #issued({ lineage, ca, isFirst }: Attempt, end: Extract<AttemptEnd, { kind: "issued" }>): void {
    const now = this.#now;
    const { notBefore, notAfter } = end;
    const ofCampaign = isOfCampaign(lineage);
    if (ofCampaign && isFirst) this.#waves.noteFirst(lineage, null);
    this.journal.noteIssued(lineage, ca.terms.id, now);
    lineage.certificate = { caId: ca.terms.id, notBefore, notAfter };
    lineage.previousCa = ca.terms.id;
    lineage.isUrgent = false;
    lineage.issuedAt = { ...lineage.issuedAt, [ca.terms.id]: now };
    lineage.firstAt ??= now;
    lineage.failures = 0;
    lineage.failingSince = null;
    lineage.failureCode = null;
    lineage.failed = null;
    lineage.avoid = [];
    if (ofCampaign && this.#terms.isPaired) this.#bringTwin(lineage);
    const spreadDays = this.#terms.renewalSpreadDays;
    this.#line.wakeAt(
      lineage,
      ofCampaign
        ? spreadRenewal({ lineageId: lineage.id, notBefore, notAfter, spreadDays })
        : renewAt(notBefore, notAfter),
    );
  }

  #failed(
    { lineage, ca, isFirst, workClass, turn }: Attempt,
    end: Extract<AttemptEnd, { kind: "failed" }>,
  ): void {
    const now = this.#now;
    if (isOfCampaign(lineage) && isFirst) this.#waves.noteFirst(lineage, end.cause);
    this.journal.noteFailed(end.cause);
    lineage.failed = { workClass, turn, cause: end.cause };
    const retryAt = afterFailure(lineage, end, { caId: ca.terms.id, pool: [...this.#cas.keys()], now });
    const isChecked = this.#terms.checksFirst && failures[end.cause].party === "customer";
    const wakeAt = isChecked ? triedAgainAt(lineage, retryAt, now) : retryAt;
    const { split } = end;
    if (split === null) {
      const due = wakeAt ?? this.#takenUpAt(lineage, end.cause);
      if (due !== null) this.#line.wakeAt(lineage, due);
      return;
    }
    for (const names of split.apart) {
      const apart = this.#add({ names, tenant: lineage.tenant }, "list");
      const { failures, failingSince, failureCode, avoid, wave, hasBeenTried } = lineage;
      Object.assign(apart, { failures, failingSince, failureCode, avoid, wave, hasBeenTried });
      if (wakeAt !== null) this.#line.wakeAt(apart, wakeAt);
    }
    lineage.names = split.rest;
    lineage.issuableFrom = this.#issuableFrom(split.rest);
    Object.assign(lineage, { failures: 0, failingSince: null, failureCode: null, failed: null, avoid: [] });
    this.#line.wakeAt(lineage, now);
    this.journal.noteSplit(lineage);
  }

  /** When the check of what was given up turns right; null: never, or it is not the customer's to put right. */
  #takenUpAt(lineage: Lineage, cause: FailureCode): Instant | null {
    const { issuableFrom } = lineage;
    if (issuableFrom === null || failures[cause].party !== "customer") return null;
    lineage.failingSince = null;
    return instant(Math.max(issuableFrom, this.#now));
  }

  #bringCustomer(): void {
    const { customers } = this.#terms;
    const next = customers?.names.next();
    if (customers === null || next === undefined || next.done === true) {
      this.#customerAt = null;
      return;
    }
    this.#line.wakeAt(this.#add(next.value, "customer"), this.#now);
    this.#customerAt = after(this.#now, customers.every);
  }

  /** As store/twins.ts does where a first certificate is stored: it goes to the same CA, for the same names. */
  #bringTwin({ names, tenant, previousCa, issuedAt }: Lineage): void {
    const twin = this.#add({ names, tenant }, "twin");
    Object.assign(twin, { previousCa, issuedAt });
    this.#line.wakeAt(twin, this.#now);
  }

  #add({ names, tenant }: NamesOfOne, origin: Origin): Lineage {
    this.#made += 1;
    const lineage = newLineage({
      id: String(this.#made),
      names,
      origin,
      tenant,
      createdAt: this.#now,
      issuableFrom: this.#issuableFrom(names),
    });
    this.journal.noteAdded(lineage);
    return lineage;
  }

  #issuableFrom(names: readonly string[]): Instant | null {
    const fates = new Set(names.map(this.#terms.fateOf));
    if (fates.has("never")) return null;
    return fates.has("later") ? this.#terms.rightFrom : this.#now;
  }

  /** It has its certificate from the CA that it would choose first. */
  #putExisting({ names, tenant, notBefore, notAfter, countsAsNew, urgentAt }: ExistingCertificate): void {
    const lineage = this.#add({ names, tenant }, "existing");
    const pool = [...this.#cas.values()].map(({ terms: { id, weight } }) => ({ id, weight }));
    const [caId] = caOrder({
      lineageKey: lineage.id,
      pool,
      allowed: null,
      avoid: [],
      previous: null,
    });
    if (caId === undefined) return;
    lineage.certificate = { caId, notBefore, notAfter };
    lineage.previousCa = caId;
    if (!countsAsNew) {
      lineage.issuedAt = { [caId]: notBefore };
      this.#demandCa(caId).terms.ca.hasIssued(names, notBefore);
    }
    lineage.isUrgent = urgentAt !== undefined;
    this.#line.wakeAt(lineage, urgentAt ?? renewAt(notBefore, notAfter));
  }

  #demandCa(caId: string): PoolCa {
    const ca = this.#cas.get(caId);
    if (ca === undefined) throw new Error(`There is no CA ${caId}.`);
    return ca;
  }
}
