import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fullBucket, settle, tokensLeft } from "../budget/bucket.ts";
import { type Limit, refillTime } from "../budget/limit.ts";
import { days, hours, type Instant, instant } from "../time/instant.ts";
import { type ClassTurns, floorOf, reserveShared } from "./class-share.ts";
import { type WorkClass, workClasses } from "./work-class.ts";

const start = instant(1_790_000_000_000);
const orders: Limit = { burst: 300, count: 300, period: hours(3) };

class Shared {
  bucket = fullBucket;
  turns: ClassTurns = {};
  readonly limit: Limit;

  constructor(limit: Limit) {
    this.limit = limit;
  }

  take(workClass: WorkClass, now: Instant): boolean {
    const reservation = reserveShared(this.limit, this, workClass, now);
    if (reservation.kind === "refused") return false;
    this.bucket = settle(this.limit, reservation.bucket, now);
    this.turns = reservation.turns;
    return true;
  }

  takeAll(workClass: WorkClass, now: Instant): number {
    let taken = 0;
    while (this.take(workClass, now)) taken += 1;
    return taken;
  }
}

/** Each class asks for all it can get, `demand` of its times, once in each refill time; in the order of the classes. */
function share(demands: Readonly<Partial<Record<WorkClass, number>>>, rounds: number) {
  const shared = new Shared(orders);
  const served = { emergency: 0, interactive: 0, renewal: 0, campaign: 0 };
  const owed = { emergency: 0, interactive: 0, renewal: 0, campaign: 0 };
  for (let round = 0; round < rounds; round += 1) {
    const now = instant(start + round * refillTime(orders));
    for (const workClass of workClasses) {
      owed[workClass] += demands[workClass] ?? 0;
      while (owed[workClass] >= 1 && shared.take(workClass, now)) {
        owed[workClass] -= 1;
        served[workClass] += 1;
      }
    }
  }
  return served;
}

describe("classes share a limit", () => {
  test("a campaign that takes all it gets leaves an interactive order its place at once, again and again", () => {
    const shared = new Shared(orders);
    for (let round = 0; round < 2_000; round += 1) {
      const now = instant(start + round * refillTime(orders));
      shared.takeAll("campaign", now);
      if (round % 3 === 0) expect(shared.take("interactive", now)).toBe(true);
    }
  });

  test.each([10, 15, 50, 300, 25_000])(
    "of %d at once a campaign leaves more than a customer needs",
    (burst) => {
      const limit: Limit = { burst, count: burst, period: days(7) };
      const shared = new Shared(limit);
      shared.takeAll("campaign", start);
      expect(shared.take("interactive", start)).toBe(true);
      expect(shared.take("interactive", start)).toBe(true);
    },
  );

  test("a campaign alone gets all but what is kept", () => {
    const shared = new Shared(orders);
    expect(shared.takeAll("campaign", start)).toBeGreaterThanOrEqual(300 - floorOf(orders, "campaign"));
    expect(share({ campaign: 10 }, 3_000).campaign).toBeGreaterThan(3_000 * 0.99);
  });

  test("none starves, however much those above want", () => {
    const served = share({ interactive: 10, renewal: 10, campaign: 10 }, 10_000);
    expect(served.campaign).toBeGreaterThan(10_000 * 0.09);
    expect(served.renewal).toBeGreaterThan(10_000 * 0.18);
    expect(served.interactive + served.renewal + served.campaign).toBeGreaterThan(10_000 * 0.99);
  });

  test("emergencies without end leave customers an order in four, and take all where no customer comes", () => {
    const served = share({ emergency: 10, interactive: 10 }, 10_000);
    expect(served.interactive).toBeGreaterThan(10_000 * 0.25);
    expect(served.emergency).toBeGreaterThan(10_000 * 0.69);
    expect(share({ emergency: 10 }, 10_000).emergency).toBeGreaterThan(10_000 * 0.99);
  });

  test("what one class does not want, the others have", () => {
    const served = share({ interactive: 0.2, campaign: 10 }, 10_000);
    expect(served.interactive).toBeGreaterThanOrEqual(10_000 * 0.2 - 2);
    expect(served.campaign).toBeGreaterThan(10_000 * 0.79);
  });

  test("a limit of a few tokens keeps none back", () => {
    const few: Limit = { burst: 5, count: 5, period: days(7) };
    expect(new Shared(few).takeAll("campaign", start)).toBe(5);
  });

  test("a refusal is honest", () => {
    const states = fc.record({
      owed: fc.double({ min: 0, max: 300, noNaN: true }),
      turn: fc.integer({ min: 0, max: 10_000_000 }),
      workClass: fc.constantFrom(...workClasses),
    });
    fc.assert(
      fc.property(states, ({ owed, turn, workClass }) => {
        const bucket = { fullAt: start + owed * refillTime(orders), reserved: 0 };
        const turns = { [workClass]: start + turn };
        const refusal = reserveShared(orders, { bucket, turns }, workClass, start);
        if (refusal.kind === "reserved") return;
        const again = (at: number) => reserveShared(orders, { bucket, turns }, workClass, instant(at)).kind;
        expect(again(refusal.retryAt)).toBe("reserved");
        expect(again(refusal.retryAt - 1)).toBe("refused");
      }),
    );
  });

  test("what is kept for others is never more than a few hundredths of a limit", () => {
    for (const workClass of workClasses)
      expect(floorOf({ burst: 25_000, count: 25_000, period: days(7) }, workClass)).toBeLessThanOrEqual(300);
    expect(tokensLeft(orders, fullBucket, start)).toBe(300);
  });
});
