import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { minutes } from "../time/instant.ts";
import { findingCodes } from "./finding.ts";
import { recheckSteps } from "./recheck.ts";

const page = readFileSync(new URL("../../../../docs/checks.md", import.meta.url), "utf8");

test("docs/checks.md has the codes, and the schedule", () => {
  const told = [...page.matchAll(/^\| `([a-z-]+)` *\|/gm)].map(([, code]) => code);
  expect(told).toEqual(Object.keys(findingCodes));
  const minutesOf = [1, 2, 5, 10, 20, 30, 60, 120, 240].map(minutes);
  expect(recheckSteps).toEqual(minutesOf);
  expect(page).toContain("**1, 2, 5, 10, 20, 30 minutes, 1, 2 and\nthen every 4 hours**");
});
