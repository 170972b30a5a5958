/** To which CA of the pool an order goes. */
import { describe, expect, test } from "vitest";
import { ca, now, planning, waiting } from "../../test/planning-cases.ts";
import type { Limits } from "../budget/limit.ts";
import { after, days, hours, instant, minutes } from "../time/instant.ts";
import type { WaitingLineage } from "./waiting-lineage.ts";

const three: Limits = { "new-orders-per-account": { burst: 3, count: 3, period: hours(3) } };

describe("the pool", () => {
  const down = { kind: "none", until: instant(now + minutes(5)) } as const;

  test("when one is down, over budget or full, the next takes over", () => {
    const full = planning(ca("1", { inFlight: 1_000 }), ca("2"));
    const out = planning(ca("1", { admission: down }), ca("2"));
    const poor = planning(
      ca("1", { limits: { "new-orders-per-account": { burst: 1, count: 1, period: days(1) } } }),
      ca("2"),
    );
    for (const round of [full, out]) {
      const placed = Array.from({ length: 20 }, (_, n) => round.place(waiting(`${n}.example`)));
      expect(placed.every((each) => each.kind === "placed" && each.caId === "2")).toBe(true);
    }
    const placed = Array.from({ length: 20 }, (_, n) => poor.place(waiting(`${n}.example`)));
    expect(placed.filter((each) => each.kind === "placed" && each.caId === "1")).toHaveLength(1);
    expect(placed.every(({ kind }) => kind === "placed")).toBe(true);
  });

  test("emergencies have four fifths of the orders in flight, whatever the others have, and leave them the rest", () => {
    const round = planning(ca("1", { mostInFlight: 10, inFlight: 7, emergenciesInFlight: 7 }));
    const kinds = ["a", "b"].map((name) => round.place(waiting(name, { workClass: "emergency" })).kind);
    expect(kinds).toEqual(["placed", "held"]);
    expect(round.place(waiting("c")).kind).toBe("placed");
    const busy = planning(ca("1", { mostInFlight: 10, inFlight: 9 }));
    expect(busy.place(waiting("d", { workClass: "emergency" })).kind).toBe("placed");
    const least = planning(ca("1", { mostInFlight: 1 }));
    expect(least.place(waiting("e", { workClass: "emergency" })).kind).toBe("placed");
  });

  test("when all are, the line is held until the first may go on; null when an order has to end", () => {
    const later = { kind: "none", until: instant(now + minutes(9)) } as const;
    expect(
      planning(ca("1", { admission: later }), ca("2", { admission: down })).place(waiting("a.example")),
    ).toEqual({
      kind: "held",
      until: down.until,
    });
    expect(planning(ca("1", { inFlight: 1_000 })).place(waiting("a.example"))).toEqual({
      kind: "held",
      until: null,
    });
  });

  describe("a renewal whose CA is down", () => {
    const later = after(now, days(7));
    const renewal = waiting("a.example", {
      workClass: "renewal",
      previous: "1",
      sameSetAt: ["1"],
      patientUntil: later,
    });
    const awaits = { kind: "awaits-ca", until: down.until, caId: "1" };

    test("waits for it where no limit counts it, and spends nothing elsewhere", () => {
      const round = planning(ca("1", { admission: down }), ca("2", { limits: three }));
      for (let n = 0; n < 9; n += 1) expect(round.place(renewal)).toEqual(awaits);
      expect(round.place(waiting("new.example"))).toMatchObject({ kind: "placed", caId: "2" });
    });

    test("is looked at again when it has waited long enough, and goes elsewhere then", () => {
      const soon = after(now, minutes(1));
      const round = planning(ca("1", { admission: down }), ca("2"));
      expect(round.place({ ...renewal, patientUntil: soon })).toEqual({ ...awaits, until: soon });
      expect(round.place({ ...renewal, patientUntil: now })).toMatchObject({ kind: "placed", caId: "2" });
    });

    test("goes at once where another account or CA exempts it too", () => {
      const both = planning(ca("1", { admission: down }), ca("2"), ca("3", { homeId: "1" }));
      expect(both.place(renewal)).toMatchObject({ caId: "3", exemption: "same-set" });
      const moved = planning(ca("1", { admission: down }), ca("2"), ca("3"));
      expect(moved.place({ ...renewal, sameSetAt: ["1", "2"] })).toMatchObject({ caId: "2" });
    });

    test.each([
      ["an emergency", { workClass: "emergency" }],
      ["one that is counted there as elsewhere", { sameSetAt: [] }],
      [
        "a first certificate",
        { workClass: "interactive", previous: null, sameSetAt: [], patientUntil: null },
      ],
    ] as const)("%s does not wait", (_, changes) => {
      const round = planning(ca("1", { admission: down }), ca("2"));
      expect(round.place({ ...renewal, ...changes })).toMatchObject({ kind: "placed", caId: "2" });
    });

    test("nor does any wait for a CA that is only full", () => {
      const round = planning(ca("1", { inFlight: 1_000 }), ca("2"));
      expect(round.place(renewal)).toMatchObject({ kind: "placed", caId: "2" });
    });

    test("the first that comes when it is tried out is the trial, the others wait for a minute", () => {
      const round = planning(ca("1", { admission: { kind: "probe" } }), ca("2"));
      expect(round.place(renewal)).toMatchObject({ kind: "placed", caId: "1" });
      expect(round.place(renewal)).toEqual({ ...awaits, until: after(now, minutes(1)) });
    });
  });

  test("a CA that is tried out gets one order", () => {
    const round = planning(ca("1", { admission: { kind: "probe" } }));
    expect(round.place(waiting("a.example")).kind).toBe("placed");
    expect(round.place(waiting("b.example"))).toEqual({ kind: "held", until: null });
    expect(round.probed()).toEqual(["1"]);
  });

  test("a rule is kept, what has refused is avoided, and asked again when nobody else is left", () => {
    const round = planning(ca("1"), ca("2"), ca("3", { weight: 0 }));
    const placedAt = (changes: Partial<WaitingLineage>) => {
      const placement = round.place(waiting("a.example", changes));
      return placement.kind === "placed" ? placement.caId : placement.kind;
    };
    expect(placedAt({ allowed: ["3"] })).toBe("3");
    expect(placedAt({ avoid: ["1"] })).toBe("2");
    expect(placedAt({ avoid: ["2"] })).toBe("1");
    expect(["1", "2"]).toContain(placedAt({ avoid: ["1", "2"] }));
    expect(placedAt({ allowed: ["9"] })).toBe("stranded");
  });

  test("a profile is waited for where a CA offers it, and forgone where none does", () => {
    const profiles = ["shortlived"];
    const later = after(now, hours(1));
    const down = { kind: "none", until: later } as const;
    const wish = waiting("a.example", { profile: "shortlived" });
    expect(planning(ca("1"), ca("2", { profiles })).place(wish)).toMatchObject({ caId: "2" });
    expect(planning(ca("1"), ca("2", { profiles, admission: down })).place(wish)).toEqual({
      kind: "held",
      until: later,
    });
    expect(planning(ca("1"), ca("2")).place(wish).kind).toBe("placed");
    const refused = waiting("a.example", { profile: "shortlived", avoid: ["2"] });
    expect(planning(ca("1"), ca("2", { profiles })).place(refused)).toMatchObject({ caId: "1" });
  });

  test("a campaign leaves a fifth of the orders in flight to others", () => {
    const round = planning(ca("1", { mostInFlight: 10 }));
    const begun = (workClass: WaitingLineage["workClass"]) => {
      let count = 0;
      while (round.place(waiting(`${workClass}${count}.example`, { workClass })).kind === "placed")
        count += 1;
      return count;
    };
    expect(begun("campaign")).toBe(8);
    expect(begun("renewal")).toBe(1);
    expect(begun("interactive")).toBe(1);
  });

  test("the appetite is what is left of the accounts' limits", () => {
    expect(planning(ca("1", { limits: three }), ca("2", { limits: three })).appetite("campaign")).toBe(6);
    expect(planning(ca("1", { limits: three }), ca("2")).appetite("campaign")).toBe(Number.POSITIVE_INFINITY);
    expect(planning(ca("1", { limits: three, admission: down })).appetite("campaign")).toBe(0);
  });
});
