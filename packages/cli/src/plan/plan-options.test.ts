import { summaryOfCount } from "@certmill/domain";
import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import {
  endOfDay,
  newPlan,
  percentage,
  startOfDay,
  writtenCa,
  writtenDomainOverride,
  writtenOverride,
  writtenSecondCa,
} from "./plan-options.ts";

const limit = "new-orders-per-account";

describe("an override", () => {
  test.each([
    ["25000/week", { ca: null, burst: 25_000, count: 25_000, periodSeconds: 604_800 }],
    ["le:2400/day", { ca: "le", burst: 2_400, count: 2_400, periodSeconds: 86_400 }],
    [
      "300/3h@2026-12-10",
      { ca: null, burst: 300, count: 300, periodSeconds: 10_800, startsAt: "2026-12-10T00:00:00Z" },
    ],
  ])("%s", (text, rule) => {
    expect(writtenOverride(text)).toEqual([{ ...rule, limit }]);
  });

  test("is one of a registered domain's with its name", () => {
    expect(writtenDomainOverride("Hoster.example=5000/7d")).toEqual([
      {
        ca: null,
        burst: 5_000,
        count: 5_000,
        periodSeconds: 604_800,
        key: "hoster.example",
        limit: "new-certificates-per-registered-domain",
      },
    ]);
  });
});

test.each([
  () => writtenOverride("many"),
  () => writtenOverride("0/week"),
  () => writtenOverride("25000/fortnight"),
  () => writtenOverride("25000/week@soon"),
  () => writtenDomainOverride("5000/week"),
  () => writtenDomainOverride("a=b=1/week"),
  () => writtenCa("nobody"),
  () => writtenCa("letsencrypt=0"),
  () => writtenSecondCa("nobody=20%"),
  () => writtenSecondCa("zerossl=100%"),
  () => percentage("100%"),
  () => percentage("-1"),
  () => startOfDay("2027-02-30"),
  () => startOfDay("tomorrow"),
])("%s is refused with what to write instead", (parse) => {
  expect(parse).toThrow(InvalidArgumentError);
});

test("shares, days and CAs", () => {
  expect(percentage("8%")).toBe(0.08);
  expect(percentage("2.5")).toBe(0.025);
  expect(endOfDay("2027-02-20")).toBe("2027-02-20T23:59:59Z");
  expect(writtenCa("zerossl=20", writtenCa("letsencrypt"))).toEqual([
    { name: "letsencrypt", limits: "letsencrypt", weight: 100 },
    { name: "zerossl", limits: "zerossl", weight: 20 },
  ]);
  // 25 beside 100 is a fifth of both.
  expect(writtenSecondCa("zerossl=20%").weight).toBe(25);
});

test("what is not said is not sent, and a CA that no override names is asked for once", async () => {
  const list = summaryOfCount(5);
  const never = () => Promise.reject(new Error("Nobody asked."));
  expect(await newPlan(list, {}, never)).toEqual({ list });
  const override = [...writtenOverride("1/h"), ...writtenOverride("le:1/h")];
  const { limits } = await newPlan(list, { override }, async () => "main");
  expect(limits?.map(({ ca }) => ca)).toEqual(["main", "le"]);
});
