import fc from "fast-check";
import { expect, test } from "vitest";
import type { CertificateRef, Holding, Served } from "./holding.ts";
import { PackedHoldings } from "./packed-holdings.ts";

const names = fc.array(fc.constantFrom("a.example.com", "*.example.com", "2001:db8::1"), { minLength: 1 });
const ref = fc.record<CertificateRef>({
  certificateId: fc.constantFrom("1", "2"),
  serial: fc.constantFrom("0a", "0b", "03af".repeat(10), "0A", "abc", "", "=0a", "a serial"),
  notAfter: fc.constantFrom(
    "2027-01-01T00:00:00Z",
    "2027-01-01T00:00:00.000Z",
    "2027-01-01T00:00:00.999Z",
    "9999-12-31T23:59:59.000Z",
    "no time",
  ),
});
const served = fc.tuple(ref, names).map(([of, its]): Served => ({ ...of, names: its }));
const any: fc.Arbitrary<Holding> = fc.record({
  lineageId: fc.constantFrom("1", "2", "3"),
  names,
  twinOf: fc.option(fc.constant("9")),
  wanted: fc.option(ref),
  installed: fc.option(served),
  loaded: fc.option(served),
  proved: fc.option(ref),
});
/** Most of an edge: one certificate that has come to some stage. */
const settled = fc.tuple(any, ref, fc.nat(3)).map(([holding, wanted, stage]): Holding => {
  const one = { ...wanted, names: holding.names };
  const words = {
    installed: stage > 0 ? one : null,
    loaded: stage > 1 ? one : null,
    proved: stage > 2 ? one : null,
  };
  return { ...holding, wanted, ...words };
});

/** What counts of a word is the certificate, and of a served one its names. */
const told = ({ lineageId, names: own, twinOf, wanted, installed, loaded, proved }: Holding) => ({
  lineageId,
  own,
  twinOf,
  certificates: [wanted, installed, loaded, proved].map(
    (word) => word && [word.certificateId, word.serial, word.notAfter],
  ),
  served: [installed?.names, loaded?.names],
});

const byId = (a: { lineageId: string }, b: { lineageId: string }): number =>
  Number(a.lineageId) - Number(b.lineageId);

test("what was set comes back as it was, packed or not, and what was deleted does not", () => {
  const step = fc.oneof(any, settled, fc.constantFrom("1", "2", "3"));
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const packed = new PackedHoldings();
      const model = new Map<string, Holding>();
      for (const at of steps) {
        if (typeof at === "string") {
          packed.delete(at);
          model.delete(at);
        } else {
          packed.set(at);
          model.set(at.lineageId, at);
        }
      }
      expect([...packed.values()].map(told).toSorted(byId)).toEqual(
        [...model.values()].map(told).toSorted(byId),
      );
      expect([...packed.ids()].toSorted()).toEqual([...model.keys()].toSorted());
      for (const id of ["1", "2", "3"]) {
        const [here, there] = [packed.get(id), model.get(id)];
        expect(here === null ? null : told(here)).toEqual(there === undefined ? null : told(there));
        expect(packed.has(id)).toBe(model.has(id));
      }
    }),
  );
});
