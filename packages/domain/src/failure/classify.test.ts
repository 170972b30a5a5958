import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problems } from "../../test/issuance-arbitraries.ts";
import { instant } from "../time/instant.ts";
import {
  classifyFinalize,
  classifyRequest,
  classifyValidation,
  type ProblemFacts,
  problemTypes,
} from "./classify.ts";
import { type FailureCode, isFailureCode } from "./failure-code.ts";

const later = instant(1_790_000_000_000);

const problem = (changes: Partial<ProblemFacts>): ProblemFacts => ({
  type: null,
  status: 400,
  detail: "",
  retryAt: null,
  ...changes,
});

const requests: readonly (readonly [Partial<ProblemFacts>, FailureCode])[] = [
  [{ type: "rateLimited", status: 429, retryAt: later }, "rate-limited"],
  [{ type: "rateLimited", status: 429 }, "rate-limited"],
  [{ type: "rateLimited", status: 0 }, "rate-limited"],
  [{ type: "rejectedIdentifier" }, "name-rejected"],
  [{ type: "unsupportedIdentifier" }, "name-rejected"],
  [{ type: "orderNotReady", status: 403 }, "order-not-ready"],
  [{ type: "accountDoesNotExist" }, "account-unusable"],
  [{ type: "externalAccountRequired", status: 403 }, "account-unusable"],
  [{ type: "unauthorized", status: 403 }, "account-unusable"],
  [{ type: "userActionRequired", status: 403 }, "user-action-required"],
  [{ type: "serverInternal", status: 400 }, "ca-error"],
  [{ type: "badNonce" }, "ca-busy"],
  [{ type: "caa", status: 403 }, "caa"],
  [{ type: "malformed", status: 404 }, "order-gone"],
  [{ type: "malformed", status: 410 }, "order-gone"],
  [{ type: "dns" }, "dns"],
  [{ type: "connection" }, "connection"],
  [{ type: "tls" }, "tls"],
  [{ type: "incorrectResponse" }, "wrong-response"],
  [{ type: "alreadyReplaced", status: 409 }, "request-refused"],
  [{ type: "toString" }, "request-refused"],
  [{ type: "malformed" }, "request-refused"],
  [{ type: "badCSR" }, "request-refused"],
  [{ status: 403 }, "request-refused"],
  [{ status: 499 }, "request-refused"],
  [{ status: 429 }, "rate-limited"],
  [{ status: 500 }, "ca-error"],
  [{ status: 502 }, "ca-error"],
  [{ status: 503 }, "ca-busy"],
];

describe("classifyFinalize", () => {
  test.each([
    [{ type: "badCSR" }, "key-refused"],
    [{ type: "badPublicKey" }, "key-refused"],
    [{ type: "badCSR", status: 503 }, "ca-busy"],
    [{ type: "malformed" }, "request-refused"],
    [{ type: "rateLimited", status: 429 }, "rate-limited"],
  ] as const)("%o → %s", (changes, code) => {
    expect(classifyFinalize(problem(changes)).code).toBe(code);
  });
});

describe("classifyRequest", () => {
  test.each(requests)("%o → %s", (changes, code) => {
    expect(classifyRequest(problem(changes)).code).toBe(code);
  });

  test.each([
    "Your account is temporarily prevented from requesting certificates for a. Please visit: https://portal.example.test",
    "Please VISIT https://portal.example.test",
  ])("a limit without a time but with a page to visit is a paused name: %s", (detail) => {
    const paused = problem({ type: "rateLimited", status: 429, detail });
    expect(classifyRequest(paused).code).toBe("name-paused");
    expect(classifyRequest({ ...paused, retryAt: later }).code).toBe("rate-limited");
  });

  test("503 is a busy CA, whatever its type", () => {
    fc.assert(
      fc.property(problems, (facts) => {
        expect(classifyRequest({ ...facts, status: 503 }).code).toBe("ca-busy");
      }),
    );
  });

  test("the CA's words and its time to come back are kept", () => {
    fc.assert(
      fc.property(problems, (facts) => {
        expect(classifyRequest(facts)).toMatchObject({ detail: facts.detail, retryAt: facts.retryAt });
      }),
    );
  });
});

const validations: readonly (readonly [string | null, FailureCode])[] = [
  ["dns", "dns"],
  ["connection", "connection"],
  ["tls", "tls"],
  ["caa", "caa"],
  ["unauthorized", "wrong-response"],
  ["incorrectResponse", "wrong-response"],
  ["rejectedIdentifier", "name-rejected"],
  ["unsupportedIdentifier", "name-rejected"],
  ["rateLimited", "rate-limited"],
  ["serverInternal", "validation-timeout"],
  ["malformed", "order-invalid"],
  [null, "order-invalid"],
];

describe("classifyValidation", () => {
  test.each(validations)("%s → %s", (type, code) => {
    expect(classifyValidation(problem({ type })).code).toBe(code);
  });

  test("the CA's words are kept; a time to come back is no part of an authorization's problem", () => {
    fc.assert(
      fc.property(problems, (facts) => {
        expect(classifyValidation(facts)).toMatchObject({ detail: facts.detail, retryAt: null });
      }),
    );
  });
});

test.each(problemTypes)("%s has a code, as a request's and as a validation's problem", (type) => {
  expect(isFailureCode(classifyRequest(problem({ type })).code)).toBe(true);
  expect(isFailureCode(classifyValidation(problem({ type })).code)).toBe(true);
});
