import { describe, expect, test } from "vitest";
import { BucketBook } from "../budget/bucket-book.ts";
import type { Limits } from "../budget/limit.ts";
import { limitSets } from "../budget/limit-sets.ts";
import { after, days, hours, instant, minutes } from "../time/instant.ts";
import type { CaForPlanning } from "./ca-for-planning.ts";
import { OrderPlanning } from "./order-planning.ts";
import type { WaitingLineage } from "./waiting-lineage.ts";

const now = instant(1_790_000_000_000);

const ca = (id: string, changes: Partial<CaForPlanning> & { limits?: Limits } = {}): CaForPlanning => {
  const { limits = {}, ...rest } = changes;
  return {
    id,
    homeId: id,
    accountId: `account-${id}`,
    weight: 1,
    inFlight: 0,
    emergenciesInFlight: 0,
    mostInFlight: 1_000,
    admission: { kind: "all" },
    exemptsRenewals: true,
    profiles: [],
    limitFor: ({ limit }) => limits[limit] ?? null,
    ...rest,
  };
};

const waiting = (name: string, changes: Partial<WaitingLineage> = {}): WaitingLineage => ({
  lineageId: name,
  names: [name],
  workClass: "interactive",
  allowed: null,
  avoid: [],
  previous: null,
  profile: null,
  sameSetAt: [],
  successor: null,
  patientUntil: null,
  ...changes,
});

const planning = (...cas: readonly CaForPlanning[]) => new OrderPlanning(cas, new BucketBook(), now);

const three: Limits = { "new-orders-per-account": { burst: 3, count: 3, period: hours(3) } };
const oneEach: Limits = { "new-certificates-per-registered-domain": { burst: 1, count: 1, period: days(7) } };

describe("placing an order", () => {
  test("reserves every limit that the CA has, once", () => {
    const placed = planning(ca("1", { limits: limitSets.letsencrypt.limits })).place(waiting("a.example"));
    expect(placed).toMatchObject({ kind: "placed", caId: "1" });
    if (placed.kind === "placed")
      expect(placed.spending.map(({ limit }) => limit)).toEqual([
        "new-certificates-per-exact-set-of-identifiers",
        "new-certificates-per-registered-domain",
        "new-orders-per-account",
      ]);
  });

  test("at a CA whose limits nobody knows it reserves nothing", () => {
    expect(planning(ca("1")).place(waiting("a.example"))).toEqual({
      kind: "placed",
      caId: "1",
      spending: [],
      exemption: "none",
    });
  });

  test("all or none: what an account's limit refuses leaves the other buckets as they were", () => {
    const limits = { ...three, ...oneEach };
    const book = new BucketBook();
    const round = new OrderPlanning([ca("1", { limits })], book, now);
    for (const name of ["a.example", "b.example", "c.example"])
      expect(round.place(waiting(name)).kind).toBe("placed");
    expect(round.place(waiting("d.example"))).toEqual({ kind: "held", until: instant(now + hours(1)) });
    expect(book.changed().filter(({ key }) => key === "d.example")).toEqual([]);
  });

  test("a lineage that waits for its own limit is parked, its like one refill later each, and others pass it", () => {
    const round = planning(ca("1", { limits: oneEach }));
    expect(round.place(waiting("a.shared.example")).kind).toBe("placed");
    for (const week of [1, 2, 3])
      expect(round.place(waiting(`${week}.shared.example`))).toEqual({
        kind: "parked",
        until: instant(now + days(7) * week),
        caId: "1",
        limit: "new-certificates-per-registered-domain",
        key: "shared.example",
      });
    expect(round.place(waiting("other.example")).kind).toBe("placed");
  });

  test("who waits for a limit of its own at one CA, and for another CA's orders, comes back one refill of those later each", () => {
    const none: Limits = { "new-orders-per-account": { burst: 1, count: 1, period: hours(1) } };
    const round = planning(ca("1", { limits: oneEach }), ca("2", { limits: none }));
    const at = (n: number) => {
      const placement = round.place(waiting(`${n}.shared.example`, { allowed: ["1", "2"] }));
      return placement.kind === "parked" ? placement.until - now : placement.kind;
    };
    expect([at(1), at(2)]).toEqual(["placed", "placed"]);
    expect([at(3), at(4), at(5)]).toEqual([hours(1), hours(2), hours(3)]);
  });

  test("a renewal of the same names is exempt where they were issued, and goes there", () => {
    const limits: Limits = { ...three, ...oneEach };
    const round = planning(ca("1", { limits }), ca("2", { limits }));
    for (let n = 0; n < 9; n += 1) {
      const renewal = waiting(`${n}.shared.example`, {
        workClass: "renewal",
        previous: "2",
        sameSetAt: ["2"],
      });
      expect(round.place(renewal)).toMatchObject({ kind: "placed", caId: "2" });
    }
  });

  test("a renewal goes back to the preferred CA from one that counts it like any other", () => {
    const cas = [ca("1", { weight: 1 }), ca("2", { weight: 1, exemptsRenewals: false })];
    const preferred = (name: string) => {
      const placed = planning(...cas).place(waiting(name));
      return placed.kind === "placed" ? placed.caId : null;
    };
    const names = Array.from({ length: 20 }, (_, n) => `${n}.example`);
    expect(new Set(names.map(preferred))).toEqual(new Set(["1", "2"]));
    for (const name of names) {
      const at = (previous: string) =>
        planning(...cas).place(waiting(name, { workClass: "renewal", previous, sameSetAt: [previous] }));
      expect(at("1")).toMatchObject({ caId: "1" });
      expect(at("2")).toMatchObject({ caId: preferred(name) });
    }
  });

  const inWindow = { start: instant(now - 1), end: instant(now + 1) };

  test.each([
    ["in its window", inWindow, "1", "renewal-information", []],
    ["as its window begins", { start: now, end: instant(now + 1) }, "1", "renewal-information", []],
    [
      "as its window ends",
      { start: instant(now - 1), end: now },
      "1",
      "same-set",
      ["exact-set-of-identifiers"],
    ],
    [
      "before its window",
      { start: instant(now + 1), end: instant(now + 2) },
      "1",
      "same-set",
      ["exact-set-of-identifiers"],
    ],
    ["of another CA's certificate", inWindow, "2", "same-set", ["exact-set-of-identifiers"]],
  ] as const)("a successor %s", (_, window, caId, exemption, spent) => {
    const lineage = waiting("a.example", { sameSetAt: ["1"], successor: { caId, window } });
    const placed = planning(ca("1", { limits: limitSets.letsencrypt.limits })).place(lineage);
    expect(placed).toMatchObject({ kind: "placed", exemption });
    if (placed.kind === "placed")
      expect(placed.spending.map(({ limit }) => limit.replace("new-certificates-per-", ""))).toEqual(spent);
    const elsewhere = planning(ca("1", { limits: limitSets.letsencrypt.limits, exemptsRenewals: false }));
    expect(elsewhere.place(lineage)).toMatchObject({ exemption: "none" });
  });

  test("a successor in its window is held up by no limit", () => {
    const none: Limits = {
      "new-certificates-per-exact-set-of-identifiers": { burst: 1, count: 1, period: days(7) },
    };
    const round = planning(ca("1", { limits: none }));
    const renewal = waiting("a.example", { sameSetAt: ["1"], successor: { caId: "1", window: inWindow } });
    for (let n = 0; n < 5; n += 1) expect(round.place(renewal).kind).toBe("placed");
    expect(round.place({ ...renewal, successor: null }).kind).toBe("placed");
    expect(round.place({ ...renewal, successor: null }).kind).toBe("parked");
  });

  test("where renewals are not exempt, they spend as every order", () => {
    const round = planning(ca("1", { limits: three, exemptsRenewals: false }));
    const kinds = Array.from(
      { length: 4 },
      (_, n) =>
        round.place(waiting(`${n}.example`, { workClass: "renewal", previous: "1", sameSetAt: ["1"] })).kind,
    );
    expect(kinds).toEqual(["placed", "placed", "placed", "parked"]);
  });

  test("a renewal that is not exempt steps out of the line for those behind it that are", () => {
    const round = planning(ca("1", { limits: three }));
    for (const name of ["a.example", "b.example", "c.example"]) round.place(waiting(name));
    expect(round.place(waiting("new.example", { workClass: "renewal" }))).toMatchObject({
      kind: "parked",
      limit: "new-orders-per-account",
    });
  });
});

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
