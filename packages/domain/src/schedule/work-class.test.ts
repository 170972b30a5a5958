import { expect, test } from "vitest";
import { type Duration, days, hours, instant } from "../time/instant.ts";
import { classOf, type WorkClass, type WorkFacts } from "./work-class.ts";

const now = instant(1_790_000_000_000);

/** A certificate of which `left` of `life` is left. */
const held = (life: Duration, left: number): WorkFacts["certificate"] => ({
  notBefore: instant(now + left - life),
  notAfter: instant(now + left),
});

const table: readonly (readonly [string, Partial<WorkFacts>, WorkClass])[] = [
  ["a customer's new domain", {}, "interactive"],
  ["one that failed twice", { failures: 2 }, "interactive"],
  ["one that failed three times: nobody waits at the screen", { failures: 3 }, "campaign"],
  ["one of a campaign", { ofCampaign: true }, "campaign"],
  ["a renewal in good time", { certificate: held(days(90), days(30)) }, "renewal"],
  ["a renewal that keeps failing", { certificate: held(days(90), days(20)), failures: 9 }, "renewal"],
  ["a renewal with more than three days left", { certificate: held(days(90), days(3) + 1) }, "renewal"],
  ["a renewal with three days left", { certificate: held(days(90), days(3)) }, "emergency"],
  ["a short one with more than a sixth left", { certificate: held(hours(160), hours(27)) }, "renewal"],
  ["a short one with a sixth left", { certificate: held(hours(160), hours(160) / 6) }, "emergency"],
  ["one that has ended", { certificate: held(days(90), -1) }, "emergency"],
  [
    "one whose CA says that it should have been renewed",
    { certificate: held(days(90), days(80)), urgent: true },
    "emergency",
  ],
  [
    "one that a campaign enrolled, when it is renewed",
    { certificate: held(days(90), days(30)), ofCampaign: true },
    "renewal",
  ],
];

test.each(table)("%s", (_, facts, expected) => {
  expect(classOf({ certificate: null, urgent: false, ofCampaign: false, failures: 0, ...facts }, now)).toBe(
    expected,
  );
});
