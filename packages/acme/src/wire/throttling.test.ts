import { describe, expect, it } from "vitest";
import { throttlingOf } from "./throttling.ts";

const AT = Date.UTC(2026, 10, 22, 12, 0, 0);
const refusal = { type: "rateLimited", status: 429, detail: "", retryAt: AT, helpUrl: null };

describe("throttlingOf", () => {
  it.each([
    ["a shedding front end", { status: 503, detail: "Service busy; retry later." }, { kind: "shedding" }],
    ["a 503 of any type", { status: 503, type: "serverInternal" }, { kind: "shedding" }],
    ["a 503 that links to limits", { status: 503, helpUrl: "https://ca.test/#x" }, { kind: "shedding" }],
    [
      "a limit with its name in the help link",
      { helpUrl: "https://ca.test/docs/rate-limits/#new-orders-per-account" },
      { kind: "quota", limit: "new-orders-per-account" },
    ],
    [
      "a limit with its name in the text only",
      {
        helpUrl: "https://ca.test/docs/rate-limits/",
        detail: "too many, see https://ca.test/limits/#exact-set",
      },
      { kind: "quota", limit: "exact-set" },
    ],
    [
      "the help link before the text",
      { helpUrl: "https://ca.test/#a", detail: "see https://ca.test/#b" },
      { kind: "quota", limit: "a" },
    ],
    ["a limit without a name", { helpUrl: "https://ca.test/limits" }, { kind: "quota", limit: null }],
    ["a help link that is no URL", { helpUrl: "#a" }, { kind: "quota", limit: null }],
    ["a bare 429", { type: "other", retryAt: null }, { kind: "quota", limit: null }],
    ["an order that became invalid by a limit", { status: null }, { kind: "quota", limit: null }],
    [
      "a pause: no time, but a page to visit",
      { retryAt: null, detail: "Your account is paused. Please visit: https://ca.test/unpause?jwt=a.b" },
      { kind: "pause", portal: "https://ca.test/unpause?jwt=a.b" },
    ],
    [
      "the page in a sentence",
      { retryAt: null, detail: 'Visit https://ca.test/p "now"' },
      { kind: "pause", portal: "https://ca.test/p" },
    ],
    [
      "a page to visit beside a time is a limit",
      { detail: "Please visit: https://ca.test/p" },
      { kind: "quota", limit: null },
    ],
    ["a page over http", { retryAt: null, detail: "visit: http://ca.test" }, { kind: "quota", limit: null }],
    ["another refusal", { type: "unauthorized", status: 403 }, null],
    ["another refusal with a time", { type: "other", status: 500 }, null],
    ["an error without a status", { type: "caa", status: null, retryAt: null }, null],
  ] as const)("%s", (_, members, expected) => {
    expect(throttlingOf({ ...refusal, ...members })).toEqual(expected);
  });
});
