import { describe, expect, test } from "vitest";
import { ca, now, planning, waiting } from "../../test/planning-cases.ts";
import { BucketBook } from "../budget/bucket-book.ts";
import type { Limits } from "../budget/limit.ts";
import { limitSets } from "../budget/limit-sets.ts";
import { days, hours, instant } from "../time/instant.ts";
import { OrderPlanning } from "./order-planning.ts";

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
