import fc from "fast-check";
import { expect, test } from "vitest";
import { Holdings } from "./holdings.ts";

const certificate = (id: number) => ({
  lineageId: String(id),
  names: [`n${id}.example.com`],
  certificateId: String(100 + id),
  serial: id.toString(16),
  notAfter: "2027-01-01T00:00:00Z",
  twinOf: null,
});

/** Does all there is to do, as the loop over files does it. */
function settle(holdings: Holdings): void {
  for (;;) {
    const [lineageId] = holdings.unsettled;
    if (lineageId === undefined) return;
    const holding = holdings.get(lineageId);
    if (holding === null) throw new Error(`${lineageId} is work, and not known`);
    const { wanted, names } = holding;
    const isSurplus = holdings.isSurplus(holding);
    holdings.markInstalled(lineageId, isSurplus || wanted === null ? null : { ...wanted, names });
    if (wanted === null) holdings.forget(lineageId);
  }
}

const installed = (holdings: Holdings) =>
  [...holdings.all()].filter((at) => at.installed !== null).map(({ lineageId }) => Number(lineageId));

const rests = (holdings: Holdings, name: string): boolean =>
  holdings.installedFor(name) === null && holdings.coverOf(name) !== null;

test("those that were asked for last are there, whatever is asked in which order, and no more of them", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(fc.nat(9), { maxLength: 60 }), (keep, asked) => {
      const holdings = new Holdings(() => undefined, keep);
      holdings.acceptPage(Array.from({ length: 10 }, (_, id) => certificate(id)));
      holdings.release();
      settle(holdings);
      expect(installed(holdings)).toEqual([]);
      for (const id of asked) {
        const name = `n${id}.example.com`;
        if (holdings.installedFor(name) === null) expect(holdings.askFor(name)).toBe(true);
        settle(holdings);
        expect(holdings.installedFor(name)?.lineageId).toBe(String(id));
      }
      const lately = [...new Set(asked.toReversed())].slice(0, keep);
      expect(new Set(installed(holdings))).toEqual(new Set(lately));
      for (let id = 0; id < 10; id += 1) {
        expect(rests(holdings, `n${id}.example.com`)).toBe(!lately.includes(id));
      }
    }),
  );
});

test("the RSA certificate of a pair comes and goes with the other, whichever is told first, and takes no room of its own", () => {
  const pairOf = (id: number) => [
    certificate(id),
    { ...certificate(id), lineageId: `${id}r`, certificateId: String(200 + id), twinOf: String(id) },
  ];
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.integer({ min: 1, max: 3 }),
      fc.array(fc.nat(5), { maxLength: 30 }),
      (twinsFirst, keep, asked) => {
        const holdings = new Holdings(() => undefined, keep);
        const told = Array.from({ length: 6 }, (_, id) => pairOf(id)).flat();
        holdings.acceptPage(twinsFirst ? told.toReversed() : told);
        holdings.release();
        settle(holdings);
        expect(installed(holdings)).toEqual([]);
        for (const id of asked) {
          const name = `n${id}.example.com`;
          if (holdings.installedFor(name) === null) holdings.askFor(name);
          settle(holdings);
          expect(holdings.awaitsTwin(name)).toBe(false);
        }
        const lately = [...new Set(asked.toReversed())].slice(0, keep);
        const there = [...holdings.all()].filter((at) => at.installed !== null);
        expect(new Set(there.map(({ lineageId }) => lineageId))).toEqual(
          new Set(lately.flatMap((id) => [String(id), `${id}r`])),
        );
      },
    ),
  );
});

test("of a pair that is asked for, what has come waits for the other", () => {
  const holdings = new Holdings(() => undefined, 1);
  const twin = { ...certificate(1), lineageId: "1r", twinOf: "1" };
  holdings.acceptPage([certificate(1), twin]);
  holdings.release();
  holdings.askFor("n1.example.com");
  expect([...holdings.unsettled].toSorted()).toEqual(["1", "1r"]);
  const { wanted = null, names = [] } = holdings.get("1") ?? {};
  holdings.markInstalled("1", wanted && { ...wanted, names });
  expect(holdings.awaitsTwin("n1.example.com")).toBe(true);
  settle(holdings);
  expect(holdings.awaitsTwin("n1.example.com")).toBe(false);
});

test("what is kept is renewed, what rests is not; what is removed is known no more", () => {
  const holdings = new Holdings(() => undefined, 1);
  holdings.acceptPage([certificate(1), certificate(2)]);
  holdings.release();
  holdings.askFor("n1.example.com");
  settle(holdings);
  const renewed = [1, 2].map((id) => ({ kind: "put" as const, ...certificate(id), certificateId: "500" }));
  holdings.acceptChanges(renewed, "d");
  holdings.release();
  expect([...holdings.unsettled]).toEqual(["1"]);
  settle(holdings);
  expect(holdings.installedFor("n1.example.com")?.installed?.certificateId).toBe("500");
  expect(holdings.askFor("nobody.example.com")).toBe(false);
  const gone = [1, 2].map((id) => ({
    kind: "remove" as const,
    lineageId: String(id),
    names: [`n${id}.example.com`],
    certificateId: null,
    twinOf: null,
  }));
  holdings.acceptChanges(gone, "e");
  holdings.release();
  settle(holdings);
  expect([...holdings.all()]).toEqual([]);
  expect(rests(holdings, "n2.example.com")).toBe(false);
});

test("a wildcard rests for the names below it", () => {
  const holdings = new Holdings(() => undefined, 1);
  holdings.acceptPage([{ ...certificate(1), names: ["*.example.com"] }]);
  holdings.release();
  expect(rests(holdings, "shop.example.com")).toBe(true);
  expect(rests(holdings, "a.shop.example.com")).toBe(false);
  holdings.askFor("shop.example.com");
  settle(holdings);
  expect(holdings.installedFor("shop.example.com")?.lineageId).toBe("1");
  // A certificate of the name itself goes before, also while it rests.
  holdings.acceptChanges([{ kind: "put", ...certificate(2), names: ["shop.example.com"] }], "d");
  holdings.release();
  expect(holdings.installedFor("shop.example.com")).toBeNull();
  expect(holdings.askFor("shop.example.com")).toBe(true);
});
