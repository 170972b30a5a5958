import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SlotTaking, slotsBefore, type WaitingRequests } from "./slot-taking.ts";
import { type WorkClass, workClasses } from "./work-class.ts";

const nobody: WaitingRequests = { emergency: 0, interactive: 0, renewal: 0, campaign: 0 };
const shares: WaitingRequests = { emergency: 0.3, interactive: 0.3, renewal: 0.2, campaign: 0.1 };

const counts = (most: number): fc.Arbitrary<WaitingRequests> => {
  const count = fc.integer({ min: 0, max: most });
  return fc.record({ emergency: count, interactive: count, renewal: count, campaign: count });
};

/** Slots go to those that wait, to which `comes` adds before each. @returns whose each slot was. */
function serve(taking: SlotTaking, slots: number, comes: (slot: number) => WaitingRequests) {
  const waiting = { ...nobody };
  return Array.from({ length: slots }, (_, slot) => {
    const more = comes(slot);
    for (const each of workClasses) waiting[each] += more[each];
    const taken = taking.next(waiting);
    if (taken !== null) waiting[taken] -= 1;
    return taken;
  });
}

const tally = (served: readonly (WorkClass | null)[], workClass: WorkClass): number =>
  served.filter((each) => each === workClass).length;

describe("whose request goes out next", () => {
  test("a customer's, again and again, before a campaign's thousands", () => {
    const served = serve(new SlotTaking(), 1_000, (slot) => ({
      ...nobody,
      campaign: slot === 0 ? 10_000 : 0,
      interactive: slot % 7 === 3 ? 1 : 0,
    }));
    for (let slot = 3; slot < 1_000; slot += 7)
      expect([served[slot], served[slot + 1]], String(slot)).toContain("interactive");
  });

  test("in a class that always waits, whatever the others want: its share of the slots and no less", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...workClasses),
        fc.array(counts(3), { minLength: 200, maxLength: 400 }),
        (kept, others) => {
          const served = serve(new SlotTaking(), others.length, (slot) => ({
            ...(others[slot] ?? nobody),
            [kept]: slot === 0 ? 1_000 : 0,
          }));
          // What is earned and not yet taken is less than what the others have earned with it, some slots in all.
          expect(tally(served, kept)).toBeGreaterThanOrEqual(Math.floor(others.length * shares[kept]) - 4);
        },
      ),
    );
  });

  test("all that want all: the lower ones their shares, the first the rest", () => {
    const all = (slot: number) =>
      slot === 0 ? { emergency: 10_000, interactive: 10_000, renewal: 10_000, campaign: 10_000 } : nobody;
    const served = serve(new SlotTaking(), 10_000, all);
    expect(tally(served, "campaign")).toBeGreaterThan(990);
    expect(tally(served, "renewal")).toBeGreaterThan(1_990);
    expect(tally(served, "interactive")).toBeGreaterThan(2_990);
    expect(tally(served, "emergency")).toBeGreaterThan(3_900);
  });

  test("no slot is left while anybody waits, and none is given to who does not", () => {
    fc.assert(
      fc.property(fc.array(counts(2), { maxLength: 100 }), (states) => {
        const taking = new SlotTaking();
        for (const waiting of states) {
          const taken = taking.next(waiting);
          if (taken === null) expect(waiting).toEqual(nobody);
          else expect(waiting[taken]).toBeGreaterThan(0);
        }
      }),
    );
  });

  test("who waits for nothing earns nothing", () => {
    const taking = new SlotTaking();
    for (let slot = 0; slot < 100; slot += 1) taking.next({ ...nobody, renewal: 1 });
    expect(taking.next({ ...nobody, interactive: 1, campaign: 1 })).toBe("interactive");
  });
});

describe("how many slots a request waits for", () => {
  test("among its own kind those before it, and for a customer not those of a campaign", () => {
    expect(slotsBefore({ ...nobody, campaign: 31 }, "campaign")).toBe(31);
    expect(slotsBefore({ ...nobody, campaign: 10_000 }, "interactive")).toBe(0);
    expect(slotsBefore({ ...nobody, interactive: 10_000 }, "campaign")).toBe(9);
  });

  test("is never told as less than it is by more than a few, when nobody comes after it", () => {
    fc.assert(
      fc.property(counts(40), fc.constantFrom(...workClasses), (before, workClass) => {
        const told = slotsBefore(before, workClass);
        const taking = new SlotTaking();
        const waiting = { ...before, [workClass]: before[workClass] + 1 };
        let slots = 0;
        for (let left = waiting[workClass]; left > 0; slots += 1) {
          const taken = taking.next(waiting);
          if (taken === null) break;
          waiting[taken] -= 1;
          if (taken === workClass) left -= 1;
        }
        expect(slots - 1).toBeLessThanOrEqual(told + 3);
      }),
    );
  });
});
