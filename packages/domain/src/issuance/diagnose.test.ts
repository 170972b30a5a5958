import fc from "fast-check";
import { expect, test } from "vitest";
import { problems } from "../../test/issuance-arbitraries.ts";
import { classifyValidation } from "../failure/classify.ts";
import { diagnose } from "./diagnose.ts";
import type { AuthorizationFacts, AuthorizationStatus } from "./input.ts";

const authorization = (
  identifier: string,
  status: AuthorizationStatus,
  type: string | null = null,
): AuthorizationFacts => ({
  url: `/authz/${identifier}`,
  identifier,
  status,
  challenges: [],
  inOurZone: false,
  problem: type === null ? null : { type, status: 0, detail: `${type} trouble`, retryAt: null },
});

test("an invalid authorization's problem is the cause, before an error that another one carries", () => {
  const old = authorization("a", "valid", "caa");
  const failed = authorization("b", "invalid", "dns");
  const cause = { code: "dns", detail: "b: dns trouble", retryAt: null };
  expect(diagnose([old, failed], "no")).toEqual(cause);
  expect(diagnose([failed, old], "no")).toEqual(cause);
});

test("an error that is no invalid authorization's is better than none", () => {
  const carried = authorization("b", "deactivated", "caa");
  for (const other of ["valid", "invalid"] as const) {
    expect(diagnose([authorization("a", other), carried], "no")).toMatchObject({
      code: "caa",
      detail: "b: caa trouble",
    });
  }
});

test("without any, the order's own error speaks, or we do", () => {
  const silent = authorization("a", "invalid");
  expect(diagnose([silent], "the order's words")).toEqual({
    code: "order-invalid",
    detail: "the order's words",
    retryAt: null,
  });
  expect(diagnose([], null).detail).toBe("The order is invalid.");
});

test("of several names the first decides, and three are told", () => {
  const told = (count: number) =>
    diagnose(
      ["dns", "caa", "tls", "dns", "dns"]
        .slice(0, count)
        .map((type, i) => authorization(`n${i}`, "invalid", type)),
      null,
    );
  const three = "n0: dns trouble; n1: caa trouble; n2: tls trouble";
  expect(told(2)).toEqual({ code: "dns", detail: "n0: dns trouble; n1: caa trouble", retryAt: null });
  expect(told(3).detail).toBe(three);
  expect(told(4).detail).toBe(`${three}; 1 more name failed`);
  expect(told(5).detail).toBe(`${three}; 2 more names failed`);
});

test("one failed name has its own problem's code", () => {
  fc.assert(
    fc.property(problems, (problem) => {
      const failed = { ...authorization("a", "invalid"), problem };
      expect(diagnose([authorization("b", "valid"), failed], null)).toEqual({
        ...classifyValidation(problem),
        detail: `a: ${problem.detail}`,
      });
    }),
  );
});
