import { expect, test } from "vitest";
import type { CaaRecord } from "./caa.ts";
import { caaHasChanged, caaTexts } from "./caa-texts.ts";
import { cutFound } from "./finding.ts";
import type { CaaFacts } from "./name-facts.ts";

const issue = (value: string): CaaRecord => ({ flags: 0, tag: "issue", value });
const set = (...records: readonly CaaRecord[]): CaaFacts => ({ kind: "set", at: "a.example", records });
const silent: CaaFacts = { kind: "failed", at: "a.example", detail: "no answer in time" };
const two = [issue("one.example"), issue(`two.example; ${"x".repeat(400)}`)];

const forbids = { code: "caa-forbids", found: cutFound(caaTexts(two)) } as const;
const failed = { code: "caa-failed", found: ["no answer in time"] } as const;

test.each([
  ["the same records", forbids, set(...two), false],
  ["in another order", forbids, set(...two.toReversed()), false],
  ["one of them", forbids, set(issue("one.example")), true],
  ["one more", forbids, set(...two, issue("ca.example")), true],
  ["none", forbids, { kind: "absent" }, true],
  ["no answer", forbids, silent, false],
  ["still no answer", failed, silent, false],
  ["an answer that does not hold", failed, { ...silent, kind: "dnssec" }, false],
  ["an answer at last", failed, { kind: "absent" }, true],
  ["an answer at last, with the words of before", failed, set(issue("one.example")), true],
] as const)("%s", (_, fault, caa, expected) => {
  expect(caaHasChanged(fault, caa)).toBe(expected);
});
