import fc from "fast-check";
import { expect, test } from "vitest";
import { instants } from "../../test/issuance-arbitraries.ts";
import { renewAt } from "../schedule/renewal.ts";
import { after, days, hours, instant, milliseconds } from "../time/instant.ts";
import { spreadRenewal } from "./spread-renewal.ts";

const lifetimes = fc.integer({ min: 1, max: days(400) }).map(milliseconds);
const spreads = fc.nat(60);
const ids = fc.bigInt({ min: 1n, max: 2n ** 62n }).map(String);

test("never before half of the life, never after the ordinary time, and never further than the spread", () => {
  fc.assert(
    fc.property(ids, instants, lifetimes, spreads, (lineageId, notBefore, lifetime, spreadDays) => {
      const notAfter = after(notBefore, lifetime);
      const at = spreadRenewal({ lineageId, notBefore, notAfter, spreadDays });
      const latest = renewAt(notBefore, notAfter);
      expect(Number.isInteger(at)).toBe(true);
      expect(at).toBeLessThanOrEqual(latest);
      expect(latest - at).toBeLessThanOrEqual(days(spreadDays));
      expect(at - notBefore).toBeGreaterThanOrEqual(Math.min(lifetime / 2, latest - notBefore));
    }),
  );
});

test("of one lineage it is the same at every call; without a spread, and of a short life, it is the ordinary time", () => {
  fc.assert(
    fc.property(ids, instants, (lineageId, notBefore) => {
      const ninety = { lineageId, notBefore, notAfter: after(notBefore, days(90)) };
      expect(spreadRenewal({ ...ninety, spreadDays: 15 })).toBe(spreadRenewal({ ...ninety, spreadDays: 15 }));
      expect(spreadRenewal({ ...ninety, spreadDays: 0 })).toBe(after(notBefore, days(60)));
      const short = { lineageId, notBefore, notAfter: after(notBefore, hours(160)) };
      expect(spreadRenewal({ ...short, spreadDays: 15 })).toBe(after(notBefore, hours(80)));
    }),
  );
});

test("10,000 certificates of one day are renewed over 15 days, on none of them more than 8 % of them", () => {
  const notBefore = instant(1_800_000_000_000);
  const notAfter = after(notBefore, days(90));
  const byDay = new Map<number, number>();
  for (let id = 1; id <= 10_000; id += 1) {
    const at = spreadRenewal({ lineageId: String(id), notBefore, notAfter, spreadDays: 15 });
    const day = Math.floor((at - notBefore) / days(1));
    byDay.set(day, (byDay.get(day) ?? 0) + 1);
  }
  // The day that begins at the ordinary time has only what is renewed at that very instant.
  byDay.delete(60);
  expect([...byDay.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, n) => 45 + n));
  expect(Math.max(...byDay.values())).toBeLessThan(800);
});
