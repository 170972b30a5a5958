import { instant } from "@certmill/domain";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Appointments } from "./appointments.ts";

test("kept in the order of their instants, those of one instant as they were made, each at its own", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 0, max: 9 }), (instants, now) => {
      const appointments = new Appointments();
      const kept: string[] = [];
      for (const [index, at] of instants.entries()) {
        appointments.make(instant(at), (due) => kept.push(`${due} ${index}`));
      }
      const inOrder = instants.map((at, index) => ({ at, index })).toSorted((a, b) => a.at - b.at);
      appointments.keep(instant(now));
      expect(kept).toEqual(inOrder.filter(({ at }) => at <= now).map(({ at, index }) => `${at} ${index}`));
      appointments.keep(instant(9));
      expect(kept).toEqual(inOrder.map(({ at, index }) => `${at} ${index}`));
    }),
  );
});
