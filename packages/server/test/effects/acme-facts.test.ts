/** What a CA says, as it is stored. */
import { AcmeError, type AcmeProblem } from "@certmill/acme";
import { expect, test } from "vitest";
import { faultOf } from "../../src/effects/acme-facts.ts";

const problem: AcmeProblem = {
  type: "unauthorized",
  typeUri: "urn:ietf:params:acme:error:unauthorized",
  detail: "",
  identifier: null,
  status: 403,
  subproblems: [],
  instance: null,
  retryAt: null,
  helpUrl: null,
  throttling: null,
  algorithms: [],
};

test.each([
  ["what a customer's server answered", 'got "\0PNG\ud800"', 'got "\ufffdPNG\ufffd"'],
  ["a page, cut in the middle of a character", `${"x".repeat(1_999)}\u{1f600}`, `${"x".repeat(1_999)}\ufffd`],
])("a CA quotes %s", (_, detail, stored) => {
  const error = new AcmeError("problem", "refused", { problem: { ...problem, detail } });
  expect(faultOf(error).detail).toBe(stored);
});
