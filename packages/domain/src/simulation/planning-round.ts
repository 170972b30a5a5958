/** What one round of planning decides, class by class: as store/planning/plan-round.ts and place-line.ts have it. */
import { type Bucket, reserve, settle } from "../budget/bucket.ts";
import type { Limit, LimitName } from "../budget/limit.ts";
import type { Exemption, Spending } from "../budget/order-spending.ts";
import type { OrderPlanning } from "../schedule/order-planning.ts";
import { patientUntil } from "../schedule/renewal-patience.ts";
import type { WorkClass } from "../schedule/work-class.ts";
import { after, type Instant, instant, seconds } from "../time/instant.ts";
import type { Candidate, Lane, Line } from "./line.ts";
import { type Lineage, sameSetAt } from "./lineage.ts";

export interface PlannedOrder {
  readonly lineage: Lineage;
  readonly workClass: WorkClass;
  readonly turn: number;
  readonly caId: string;
  readonly spending: readonly Spending[];
  readonly exemption: Exemption;
}

export interface Round {
  readonly orders: readonly PlannedOrder[];
  /** Those that had to wait for a limit of their own, by limit. */
  readonly parked: Readonly<Partial<Record<LimitName, number>>>;
  readonly stranded: readonly Lineage[];
  /** Why the campaign's line could not go on; null: nobody is left in it, or the next round is at once. */
  readonly campaignHeld: CampaignHeld | null;
}

/** By new orders of all CAs; by orders in flight; by its own window or ceiling. */
export type CampaignHeld = "orders" | "in-flight" | "pace";

/** What a campaign may begin. */
export interface Ceiling {
  readonly limit: Limit;
  bucket: Bucket;
}

/** Orders in one round: as many as one worker process takes on. */
const mostOrders = 64;
/** So often room is looked for that an order has left. */
const roomEvery = seconds(1);

/** Grows as it decides. */
export class PlanningRound implements Round {
  readonly orders: PlannedOrder[] = [];
  readonly parked: Partial<Record<LimitName, number>> = {};
  readonly stranded: Lineage[] = [];
  readonly placed: Candidate[] = [];
  readonly wakes: number[] = [];
  campaignHeld: CampaignHeld | null = null;
  readonly #line: Line;
  readonly #planning: OrderPlanning;
  readonly #now: Instant;
  readonly #ceiling: Ceiling | null;
  readonly #limitsChangeAt: Instant | null;
  #more = false;
  #waitsForRoom = false;

  constructor(parts: {
    readonly line: Line;
    readonly planning: OrderPlanning;
    readonly now: Instant;
    readonly ceiling: Ceiling | null;
    readonly limitsChangeAt: Instant | null;
  }) {
    this.#line = parts.line;
    this.#planning = parts.planning;
    this.#now = parts.now;
    this.#ceiling = parts.ceiling;
    this.#limitsChangeAt = parts.limitsChangeAt;
    if (parts.limitsChangeAt !== null) this.wakes.push(parts.limitsChangeAt);
  }

  /** Looks at no more than the CAs have an appetite for; a lane that has to wait makes room for the others. */
  planClass(workClass: WorkClass, all: readonly Lane[]): void {
    const exempted = workClass === "renewal" || workClass === "emergency";
    let lanes = all;
    while (lanes.length > 0) {
      const room = mostOrders - this.orders.length;
      if (room <= 0) {
        this.#more = true;
        return;
      }
      const most = exempted ? room : Math.min(room, this.#planning.appetite(workClass) + 1);
      const line = this.#line.takeNext(lanes, most);
      const held = this.#placeAll(line);
      if (held.size === 0) {
        if (line.length === most) this.#more = true;
        return;
      }
      lanes = lanes.filter((lane) => !held.has(lane));
    }
  }

  wakeAt(moreDue: boolean): number | null {
    if (this.#more || moreDue) return this.#now;
    if (this.#waitsForRoom) this.wakes.push(after(this.#now, roomEvery));
    return this.wakes.length === 0 ? null : Math.min(...this.wakes);
  }

  #placeAll(line: readonly Candidate[]): ReadonlySet<Lane> {
    const held = new Set<Lane>();
    for (const candidate of line) {
      if (!this.#isDecided(candidate)) {
        held.add(candidate.lane);
        candidate.lane.waiting.putBack(candidate.entry);
      }
    }
    return held;
  }

  /** @returns false when it has to wait in line. */
  #isDecided(candidate: Candidate): boolean {
    const { lane, entry } = candidate;
    const lineage = entry.item;
    const ceiling = lane.ofCampaign ? this.#ceiling : null;
    if (ceiling !== null) {
      const reservation = reserve(ceiling.limit, ceiling.bucket, this.#now);
      if (reservation.kind === "refused") {
        this.wakes.push(reservation.retryAt);
        this.campaignHeld = "pace";
        return false;
      }
    }
    const placement = this.#planning.place({
      lineageId: lineage.id,
      names: lineage.names,
      workClass: lane.workClass,
      allowed: null,
      avoid: lineage.avoid,
      previous: lineage.previousCa,
      profile: null,
      sameSetAt: sameSetAt(lineage, this.#now),
      successor: successorOf(lineage),
      patientUntil: lineage.certificate === null ? null : patientUntil(lineage.certificate),
    });
    switch (placement.kind) {
      case "placed":
        this.placed.push(candidate);
        this.orders.push({
          lineage,
          workClass: lane.workClass,
          turn: entry.key,
          caId: placement.caId,
          spending: placement.spending,
          exemption: placement.exemption,
        });
        if (ceiling !== null) ceiling.bucket = settle(ceiling.limit, ceiling.bucket, this.#now);
        return true;
      case "parked":
        this.#line.park(candidate, earlier(placement.until, this.#limitsChangeAt));
        this.parked[placement.limit] = (this.parked[placement.limit] ?? 0) + 1;
        return true;
      case "awaits-ca":
        this.#line.park(candidate, placement.until);
        return true;
      case "held":
        if (placement.until === null) this.#waitsForRoom = true;
        else this.wakes.push(placement.until);
        if (lane.ofCampaign) this.campaignHeld = placement.until === null ? "in-flight" : "orders";
        return false;
      case "stranded":
        this.stranded.push(lineage);
        return true;
    }
  }
}

const successorOf = ({ certificate, window }: Lineage) =>
  certificate === null || window === null ? null : { caId: certificate.caId, window };

const earlier = (at: Instant, other: Instant | null): Instant =>
  other === null ? at : instant(Math.min(at, other));
