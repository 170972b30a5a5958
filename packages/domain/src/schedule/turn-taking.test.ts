import fc from "fast-check";
import { expect, test } from "vitest";
import { type FailureCode, failureCodes, failures } from "../failure/failure-code.ts";
import { keptTurn, TurnTaking } from "./turn-taking.ts";

test("a flow of thousands and one of a few alternate", () => {
  const turns = new TurnTaking([{ class: "interactive", turn: 0 }], []);
  const many = Array.from({ length: 1_000 }, () => turns.next("interactive", "tenant 1"));
  const few = Array.from({ length: 3 }, () => turns.next("interactive", "tenant 2"));
  const last = Math.max(...few);
  expect(many.filter((turn) => turn <= last)).toHaveLength(3);
});

test("who was idle saves nothing up, and who comes late does not wait behind all that came before", () => {
  const turns = new TurnTaking(
    [{ class: "campaign", turn: 500 }],
    [
      { class: "campaign", key: "campaign 1", turn: 90_000 },
      { class: "campaign", key: "campaign 2", turn: 3 },
    ],
  );
  expect(turns.next("campaign", "campaign 2")).toBe(501);
  expect(turns.next("campaign", "campaign 3")).toBe(501);
  expect(turns.next("campaign", "campaign 1")).toBe(90_001);
});

test("of any flows that wait, none gets more than one turn ahead of another", () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(lengths, (counts) => {
      const turns = new TurnTaking([], []);
      const line = counts.flatMap((count, flow) =>
        Array.from({ length: count }, () => ({ flow, turn: turns.next("renewal", String(flow)) })),
      );
      line.sort((a, b) => a.turn - b.turn);
      const served = counts.map(() => 0);
      for (const { flow } of line) {
        served[flow] = (served[flow] ?? 0) + 1;
        const waiting = served.filter((count, other) => count < (counts[other] ?? 0));
        expect(
          Math.max(...served.filter((_, other) => other === flow)) - Math.min(...waiting, Infinity),
        ).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("who failed by the CA's own trouble comes back to their place, in the same class", () => {
  const failed = (cause: FailureCode, turn: number | null = 7) =>
    ({ workClass: "campaign", turn, cause }) as const;
  for (const cause of failureCodes) {
    const expected = failures[cause].party === "ca" ? 7 : null;
    expect(keptTurn(failed(cause), "campaign"), cause).toBe(expected);
    expect(keptTurn(failed(cause), "interactive"), cause).toBe(null);
  }
  expect(keptTurn(failed("ca-unreachable", null), "campaign")).toBe(null);
  expect(keptTurn(null, "campaign")).toBe(null);
});
