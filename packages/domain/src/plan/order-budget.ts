import { type Bucket, tokensLeft } from "../budget/bucket.ts";
import { type LimitName, refillTime } from "../budget/limit.ts";
import { floorOf } from "../schedule/class-share.ts";
import { type Duration, days, type Instant, seconds } from "../time/instant.ts";
import { OrderRoom, type SecondOrder } from "./order-room.ts";
import { limitAt, orderRate, type PlannedCa, secondOrder } from "./plan-request.ts";

const ordersLimit: LimitName = "new-orders-per-account";

/** Of a limit's rate, what a list gets even while more urgent work wants all of it; as class-share.ts has it. */
const leastShare = 0.1;

/** What holds a list back. `requests`: how fast the CA may be asked, and our orders in flight; `outage`: it is down. */
export type Binding = LimitName | "requests" | "outage";

/**
 * A CA's new orders, as a flow: what refills in a step can be spent in it. Exact for a line that is never empty, which is
 * what a long list is.
 */
export class OrderBudget {
  readonly ca: PlannedCa;
  readonly #rate: number;
  readonly #second: SecondOrder;
  readonly #perDay: number;
  #bucket: Bucket;
  /** More urgent orders that had to wait. */
  #owed = 0;
  #now: Instant;
  #step: Duration = seconds(0);
  #urgent = 0;

  /** @param ordersBesidePerDay orders of others that are counted, and that go first. */
  constructor(
    ca: PlannedCa,
    {
      now,
      namesPerOrder,
      isPaired,
      ordersBesidePerDay,
    }: {
      readonly now: Instant;
      readonly namesPerOrder: number;
      readonly isPaired: boolean;
      readonly ordersBesidePerDay: number;
    },
  ) {
    this.ca = ca;
    this.#rate = orderRate(ca, namesPerOrder);
    this.#second = isPaired ? secondOrder(ca, namesPerOrder) : { counted: 0, asked: 0 };
    this.#perDay = ordersBesidePerDay;
    this.#bucket = ca.orders;
    this.#now = now;
  }

  /** What the list may order in the step that begins now. */
  open(step: Duration): OrderRoom {
    return new OrderRoom({ ...this.#room(step), second: this.#second });
  }

  #room(step: Duration): {
    readonly counted: number;
    readonly asked: number;
    readonly countedBy: Binding;
  } {
    this.#step = step;
    const wanted = this.#owed + (this.#perDay * step) / days(1);
    if (this.ca.outages.some(({ from, to }) => from <= this.#now && this.#now < to)) {
      this.#urgent = 0;
      this.#owed = wanted;
      return { counted: 0, asked: 0, countedBy: "outage" };
    }
    const byRate = (this.#rate * step) / seconds(1);
    const limit = limitAt(this.ca, ordersLimit, this.ca.accountId, this.#now);
    if (limit === null) {
      this.#urgent = Math.min(wanted, byRate);
      this.#owed = wanted - this.#urgent;
      return { counted: Number.POSITIVE_INFINITY, asked: byRate - this.#urgent, countedBy: ordersLimit };
    }
    const refilled = step / refillTime(limit);
    const there = tokensLeft(limit, this.#bucket, this.#now) + refilled;
    const own = Math.min(there, leastShare * refilled);
    this.#urgent = Math.min(wanted, there - own);
    this.#owed = wanted - this.#urgent;
    const left = there - this.#urgent;
    const byTokens = Math.max(own, left - floorOf(limit, "campaign"));
    return { counted: byTokens, asked: byRate, countedBy: ordersLimit };
  }

  /** Ends the step. @param orders that the CA has counted. @returns orders of others in it. */
  close(orders: number): number {
    const end = (this.#now + this.#step) as Instant;
    const limit = limitAt(this.ca, ordersLimit, this.ca.accountId, this.#now);
    if (limit !== null) {
      const refill = refillTime(limit);
      const there = tokensLeft(limit, this.#bucket, this.#now) + this.#step / refill;
      const left = Math.min(limit.burst, Math.max(0, there - orders - this.#urgent));
      this.#bucket = { fullAt: end + (limit.burst - left) * refill, reserved: 0 };
    }
    this.#now = end;
    return this.#urgent;
  }
}
