import { days, hours, minutes, seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { per } from "../limits/allowance.ts";
import { ChangeError, parseChanges } from "./change.ts";

test("each kind of change, one or a list", () => {
  expect(parseChanges('{"at":"10m","until":"25m","outage":"busy"}', 1)).toEqual([
    { ca: null, at: minutes(10), until: minutes(25), what: { kind: "outage", outage: "busy" } },
  ]);
  const listed = parseChanges(
    JSON.stringify([
      { delay: "2s", ca: 2 },
      { at: "1h", revoke: 0.3, explanationUrl: "https://ca.test/why" },
      { limits: ["new-orders-per-account=100/3h", "overload=none"] },
      { override: "hoster.example", limit: "300/7d" },
    ]),
    2,
  );
  expect(listed.map(({ ca, at, until, what }) => [ca, at, until, what])).toEqual([
    [2, 0, null, { kind: "delay", delay: seconds(2) }],
    [null, hours(1), null, { kind: "revoke", share: 0.3, explanationUrl: "https://ca.test/why" }],
    [
      null,
      0,
      null,
      {
        kind: "limits",
        limits: [
          ["newOrdersPerAccount", per(hours(3), 100)],
          ["overload", null],
        ],
      },
    ],
    [null, 0, null, { kind: "override", whose: "hoster.example", allowance: per(days(7), 300) }],
  ]);
});

test.each<[string, unknown, RegExp]>([
  ["no object", 7, /must be an object/],
  ["nothing that happens", { at: "1m" }, /exactly one of outage, delay, revoke, limits, override/],
  ["two at once", { outage: "busy", revoke: 1 }, /exactly one of/],
  ["a word that is unknown", { outage: "busy", form: "1m" }, /"form" is unknown/],
  ["an outage that is none", { outage: "fire" }, /"outage" must be one of unavailable/],
  ["a time without a unit", { outage: "busy", at: "10" }, /"at" must be a time/],
  ["a time that no timer has", { outage: "busy", at: "25d" }, /"at" must be a time of at most 24d/],
  ["an end before the beginning", { outage: "busy", at: "2m", until: "1m" }, /"until" must be after "at"/],
  ["an end of what has none", { revoke: 1, until: "1m" }, /"until" is for outage and delay only/],
  ["a share above 1", { revoke: 30 }, /"revoke" must be a share/],
  ["a limit that is unknown", { limits: ["orders=1/1h"] }, /"limits" must have NAME=N\/TIME.*"orders=1\/1h"/],
  ["an override without a limit", { override: "a.example" }, /"limit" of an override/],
  ["a CA that is not there", { outage: "busy", ca: 3 }, /"ca" must be a whole number from 1 to 2/],
])("refuses %s, and says which and how it should be", (_, change, message) => {
  const parse = () => parseChanges(JSON.stringify([{ outage: "busy" }, change]), 2);
  expect(parse).toThrow(ChangeError);
  expect(parse).toThrow(message);
  expect(parse).toThrow(/^change 2: /);
});

test("refuses what is no JSON", () => {
  expect(() => parseChanges("outage: busy", 1)).toThrow(/^This is no JSON/);
});
