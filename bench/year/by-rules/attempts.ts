import { after, failures, type Instant, instant, lookEvery, noChecks, renewAt } from "@certmill/domain";
import { afterFailure } from "../../../packages/domain/src/simulation/after-failure.ts";
import { Attempt, type AttemptEnd } from "../../../packages/domain/src/simulation/attempt.ts";
import type { Lineage } from "../../../packages/domain/src/simulation/lineage.ts";
import { OrderedQueue } from "../../../packages/domain/src/simulation/ordered-queue.ts";
import type { Planner } from "../../../packages/domain/src/simulation/planner.ts";
import type { Round } from "../../../packages/domain/src/simulation/planning-round.ts";
import type { PoolCa } from "../../../packages/domain/src/simulation/pool-ca.ts";
import type { Duties } from "./duties.ts";
import type { FleetDomain } from "./fleet-domain.ts";

interface UnderWay {
  readonly domain: FleetDomain;
  readonly attempt: Attempt;
  readonly begunAt: Instant;
  readonly replaces: boolean;
}

/** What store/decision does at the end of an issuance, in memory. */
export class Attempts {
  readonly #duties: Duties;
  readonly #pool: PoolCa;
  readonly #planner: Planner;
  readonly #underWay = new OrderedQueue<UnderWay>();
  readonly #expected = new Map<Lineage, FleetDomain>();
  made = 0;
  issued = 0;

  constructor(parts: { readonly duties: Duties; readonly pool: PoolCa; readonly planner: Planner }) {
    this.#duties = parts.duties;
    this.#pool = parts.pool;
    this.#planner = parts.planner;
  }

  /** When one has to be looked at again; null: none is under way. */
  get next(): number | null {
    return this.#underWay.next;
  }

  /** It stands in line. */
  expect(domain: FleetDomain): void {
    this.#expected.set(domain.lineage, domain);
  }

  begin({ orders }: Round, now: Instant): void {
    for (const order of orders) {
      const { lineage } = order;
      const domain = this.#expected.get(lineage);
      if (domain === undefined) throw new Error(`Nobody expects an order of ${lineage.names[0]}.`);
      this.#expected.delete(lineage);
      this.#pool.inFlight += 1;
      if (order.workClass === "emergency") this.#pool.emergenciesInFlight += 1;
      domain.become("order-begun");
      // As claim-issuances.ts reads it: checks may have failed for longer.
      lineage.failingSince = earliest(lineage.failingSince, domain.memory.failingSince);
      const attempt = new Attempt({ ...order, ca: this.#pool, isPack: false }, now);
      lineage.hasBeenTried = true;
      const replaces = lineage.window !== null;
      this.#run({ domain, attempt, begunAt: now, replaces }, now);
    }
  }

  goOn(now: Instant): void {
    for (let due = this.#underWay.take(now); due !== null; due = this.#underWay.take(now))
      this.#run(due, now);
  }

  #run(underWay: UnderWay, now: Instant): void {
    const { domain, attempt, begunAt, replaces } = underWay;
    const caId = this.#pool.terms.id;
    const end = attempt.run(now, (change) => this.#planner.note({ caId, at: now, change }));
    if (end.kind === "waits") {
      this.#underWay.push(end.until, underWay);
      return;
    }
    this.#pool.inFlight -= 1;
    if (attempt.workClass === "emergency") this.#pool.emergenciesInFlight -= 1;
    domain.isBusy = false;
    const hadOrder = end.kind === "issued" || end.hadOrder;
    if (hadOrder) this.made += 1;
    const orderedAt = hadOrder ? begunAt : null;
    const failureCode = end.kind === "issued" ? null : end.cause;
    const certificate =
      end.kind === "issued"
        ? { notBefore: end.notBefore, notAfter: end.notAfter, storedAt: now, orderedAt: begunAt, replaces }
        : null;
    domain.tries.push({ orderedAt, replaces, failureCode, endedAt: now, certificate });
    if (end.kind === "issued") this.#issued(domain, end, now);
    else this.#failed(domain, attempt, end, now);
  }

  #issued(domain: FleetDomain, end: Extract<AttemptEnd, { kind: "issued" }>, now: Instant): void {
    this.issued += 1;
    const caId = this.#pool.terms.id;
    const { notBefore, notAfter } = end;
    const { lineage } = domain;
    Object.assign(lineage, {
      certificate: { caId, notBefore, notAfter },
      previousCa: caId,
      isUrgent: false,
      window: null,
      issuedAt: { [caId]: now },
      failures: 0,
      failingSince: null,
      failureCode: null,
      failed: null,
      avoid: [],
    } satisfies Partial<Lineage>);
    domain.become("issued");
    domain.triedSince = null;
    domain.memory = noChecks;
    domain.awaySince = null;
    domain.holdsOrder = false;
    domain.isCleared = false;
    domain.known = null;
    domain.pollFailures = 0;
    domain.wantedAt = renewAt(notBefore, notAfter);
    this.#duties.set(domain, "check", after(now, lookEvery));
    this.#duties.set(domain, "poll", now);
    this.#duties.set(domain, "order", domain.wantedAt);
  }

  #failed(
    domain: FleetDomain,
    { workClass, turn }: Attempt,
    end: Extract<AttemptEnd, { kind: "failed" }>,
    now: Instant,
  ): void {
    const { lineage } = domain;
    const caId = this.#pool.terms.id;
    const retryAt = afterFailure(lineage, end, { caId, pool: [caId], now });
    domain.triedSince ??= now;
    lineage.failed = { workClass, turn, cause: end.cause };
    const rests = end.cause === "name-paused" ? "paused-by-ca" : "gave-up";
    domain.become(retryAt === null ? rests : "attempt-failed");
    this.#duties.set(domain, "order", retryAt);
    if (failures[end.cause].party !== "customer") return;
    // What the customer has to put right is checked now, and from then on until it is right.
    domain.holdsOrder = false;
    this.#duties.set(domain, "check", now);
  }
}

const earliest = (one: Instant | null, other: Instant | null): Instant | null =>
  one === null || other === null ? (one ?? other) : instant(Math.min(one, other));
