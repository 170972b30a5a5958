import { expect, test } from "vitest";
import { hours, instant, milliseconds, seconds } from "../time/instant.ts";
import { bucketOf } from "./duration-bucket.ts";
import { type EventToTally, hourOf, tallyOf } from "./tally.ts";

const at = instant(Date.parse("2026-11-22T12:34:56Z"));
const hour = instant(Date.parse("2026-11-22T12:00:00Z"));

const eventOf = (event: Partial<EventToTally>): EventToTally => ({
  kind: "validated",
  at,
  took: null,
  detail: {},
  caId: "1",
  workClass: "interactive",
  stored: null,
  ...event,
});

const entry = { hour, caId: "1", workClass: "interactive", code: null, bucket: null };

test("an hour begins at its first millisecond", () => {
  expect(hourOf(at)).toBe(hour);
  expect(hourOf(hour)).toBe(hour);
  expect(hourOf(instant(hour + hours(1) - 1))).toBe(hour);
});

test("a step counts as long as it took, one that ended none does not", () => {
  const took = milliseconds(3_100);
  expect(tallyOf(eventOf({ took }))).toEqual([
    { ...entry, measure: "step validation", bucket: bucketOf(took) },
  ]);
  expect(tallyOf(eventOf({}))).toEqual([]);
  expect(tallyOf(eventOf({ kind: "key.retrieved", took }))).toEqual([]);
});

test("a failure counts by its code", () => {
  expect(tallyOf(eventOf({ kind: "issuance.failed", detail: { code: "dns" } }))).toEqual([
    { ...entry, measure: "failed", code: "dns" },
  ]);
});

const storedOf = (readyFor: number, detail: object = {}): EventToTally => {
  const told = { waitedMs: 9_000, readyAt: new Date(at - readyFor).toISOString(), ...detail };
  return eventOf({ kind: "certificate.stored", detail: told, stored: { at, detail: told } });
};

test("without edges it is served when it is stored, with them when they say so", () => {
  const measures = (event: EventToTally) => tallyOf(event).map(({ measure }) => measure);
  expect(measures(storedOf(seconds(60)))).toEqual(["issued", "time-to-certificate", "in-time"]);
  expect(measures(storedOf(seconds(60) + 1))).toEqual(["issued", "time-to-certificate"]);
  expect(measures(storedOf(seconds(1), { toEdges: true }))).toEqual(["issued", "time-to-certificate"]);
});

test("what is served counts in the hour in which it was stored, exactly to the objective", () => {
  const stored = {
    at: instant(at - hours(1)),
    detail: { readyAt: new Date(at - seconds(60)).toISOString() },
  };
  const served = eventOf({ kind: "certificate.served", stored });
  expect(tallyOf(served)).toEqual([{ ...entry, hour: instant(hour - hours(1)), measure: "in-time" }]);
  expect(tallyOf({ ...served, at: instant(at + 1) })).toEqual([]);
  expect(tallyOf({ ...served, stored: null })).toEqual([]);
});

test("what an older program wrote, and what cannot be, is passed over", () => {
  const stored = { at, detail: { readyAt: "yesterday" } };
  expect(tallyOf(eventOf({ kind: "certificate.served", stored }))).toEqual([]);
  expect(tallyOf(eventOf({ kind: "certificate.stored", detail: { toEdges: true, waitedMs: -1 } }))).toEqual([
    { ...entry, measure: "issued" },
  ]);
});
