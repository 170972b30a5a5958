import { expect, test } from "vitest";
import type { Finding, FindingCode } from "../check/finding.ts";
import { watchedFaults } from "./watched-faults.ts";

const fault = (code: FindingCode, name = "a.example", more: Partial<Finding> = {}): Finding => ({
  code,
  weight: "fault",
  name,
  where: null,
  expected: [],
  found: [],
  ca: null,
  seenFrom: [],
  ...more,
});

test("of each name one fault of addresses, one of CAA records and one of its proof are looked at, others not", () => {
  const findings = [
    fault("stray-a"),
    fault("stray-aaaa"),
    fault("caa-forbids", "a.example", { ca: "one" }),
    fault("caa-forbids", "a.example", { ca: "two" }),
    fault("dns-failed", "c.example"),
    fault("caa-failed", "*.c.example"),
    fault("delegation-missing", "*.c.example"),
    fault("probe-status", "d.example"),
    fault("stray-a", "e.example", { weight: "notice" }),
  ];
  expect(watchedFaults(findings).map(({ code, name }) => `${code} ${name}`)).toEqual([
    "stray-a a.example",
    "caa-forbids a.example",
    "dns-failed c.example",
    "caa-failed *.c.example",
    "delegation-missing *.c.example",
  ]);
});

test("what only others see does not show from here", () => {
  const afar = fault("no-name", "a.example", { seenFrom: ["paris"] });
  const both = fault("no-name", "b.example", { seenFrom: ["here", "paris"] });
  expect(watchedFaults([afar, both])).toEqual([both]);
});
