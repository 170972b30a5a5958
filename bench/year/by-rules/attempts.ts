import { after, failures, type Instant, instant, lookEvery, noChecks, renewAt } from "@certmill/domain";
import { afterFailure } from "../../../packages/domain/src/simulation/after-failure.ts";
import { Attempt, type AttemptEnd } from "../../../packages/domain/src/simulation/attempt.ts";
import type { Lineage } from "../../../packages/domain/src/simulation/lineage.ts";
import { OrderedQueue } from "../../../packages/domain/src/simulation/ordered-queue.ts";
import type { Planner } from "../../../packages/domain/src/simulation/planner.ts";
import type { Round } from "../../../packages/domain/src/simulation/planning-round.ts";
import type { PoolCa } from "../../../packages/domain/src/simulation/pool-ca.ts";
import type { Duties } from "./duties.ts";
import type { Tenancy } from "./tenancy.ts";

interface UnderWay {
  readonly tenancy: Tenancy;
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
  readonly #expected = new Map<Lineage, Tenancy>();
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
  expect(tenancy: Tenancy): void {
    this.#expected.set(tenancy.lineage, tenancy);
  }

  begin({ orders }: Round, now: Instant): void {
    for (const order of orders) {
      const { lineage } = order;
      const tenancy = this.#expected.get(lineage);
      if (tenancy === undefined) throw new Error(`Nobody expects an order of ${lineage.names[0]}.`);
      this.#expected.delete(lineage);
      this.#pool.inFlight += 1;
      if (order.workClass === "emergency") this.#pool.emergenciesInFlight += 1;
      tenancy.become("order-begun");
      // As claim-issuances.ts reads it: checks may have failed for longer.
      lineage.failingSince = earliest(lineage.failingSince, tenancy.memory.failingSince);
      const attempt = new Attempt({ ...order, ca: this.#pool, isPack: false }, now);
      lineage.hasBeenTried = true;
      const replaces = lineage.window !== null;
      this.#run({ tenancy, attempt, begunAt: now, replaces }, now);
    }
  }

  goOn(now: Instant): void {
    for (let due = this.#underWay.take(now); due !== null; due = this.#underWay.take(now))
      this.#run(due, now);
  }

  #run(underWay: UnderWay, now: Instant): void {
    const { tenancy, attempt, begunAt, replaces } = underWay;
    const caId = this.#pool.terms.id;
    const end = attempt.run(now, (change) => this.#planner.note({ caId, at: now, change }));
    if (end.kind === "waits") {
      this.#underWay.push(end.until, underWay);
      return;
    }
    this.#pool.inFlight -= 1;
    if (attempt.workClass === "emergency") this.#pool.emergenciesInFlight -= 1;
    tenancy.isBusy = false;
    const hadOrder = end.kind === "issued" || end.hadOrder;
    if (hadOrder) this.made += 1;
    const orderedAt = hadOrder ? begunAt : null;
    const failureCode = end.kind === "issued" ? null : end.cause;
    const certificate =
      end.kind === "issued"
        ? { notBefore: end.notBefore, notAfter: end.notAfter, storedAt: now, orderedAt: begunAt, replaces }
        : null;
    tenancy.tries.push({ orderedAt, replaces, failureCode, endedAt: now, certificate });
    if (end.kind === "issued") this.#issued(tenancy, end, now);
    else this.#failed(tenancy, attempt, end, now);
  }

  #issued(tenancy: Tenancy, end: Extract<AttemptEnd, { kind: "issued" }>, now: Instant): void {
    this.issued += 1;
    const caId = this.#pool.terms.id;
    const { notBefore, notAfter } = end;
    const { lineage } = tenancy;
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
    tenancy.become("issued");
    tenancy.triedSince = null;
    tenancy.memory = noChecks;
    tenancy.awaySince = null;
    tenancy.holdsOrder = false;
    tenancy.isCleared = false;
    tenancy.known = null;
    tenancy.pollFailures = 0;
    tenancy.wantedAt = renewAt(notBefore, notAfter);
    this.#duties.set(tenancy, "check", after(now, lookEvery));
    this.#duties.set(tenancy, "poll", now);
    this.#duties.set(tenancy, "order", tenancy.wantedAt);
  }

  #failed(
    tenancy: Tenancy,
    { workClass, turn }: Attempt,
    end: Extract<AttemptEnd, { kind: "failed" }>,
    now: Instant,
  ): void {
    const { lineage } = tenancy;
    const caId = this.#pool.terms.id;
    const retryAt = afterFailure(lineage, end, { caId, pool: [caId], now });
    tenancy.triedSince ??= now;
    lineage.failed = { workClass, turn, cause: end.cause };
    const rests = end.cause === "name-paused" ? "paused-by-ca" : "gave-up";
    tenancy.become(retryAt === null ? rests : "attempt-failed");
    this.#duties.set(tenancy, "order", retryAt);
    if (failures[end.cause].party !== "customer") return;
    // What the customer has to put right is checked now, and from then on until it is right.
    tenancy.holdsOrder = false;
    this.#duties.set(tenancy, "check", now);
  }
}

const earliest = (one: Instant | null, other: Instant | null): Instant | null =>
  one === null || other === null ? (one ?? other) : instant(Math.min(one, other));
