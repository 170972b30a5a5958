import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { problemFromJson, problemFromResponse } from "./problem.ts";
import type { AcmeHttpResponse } from "./transport.ts";

const NOW = Date.UTC(2026, 10, 22, 12, 0, 0);
const URL_ASKED = "https://ca.example.com/acme/new-order";
const PREFIX = "urn:ietf:params:acme:error:";

function response(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): AcmeHttpResponse {
  return { status, body, headers: { get: (name) => headers[name] ?? null } };
}

describe("problemFromResponse", () => {
  it("reads a rate limit with its time and its help link", () => {
    const document = { type: `${PREFIX}rateLimited`, detail: "too many", status: 429 };
    const headers = { "retry-after": "60", link: '<https://ca.example.com/limits#new-orders>;rel="help"' };
    expect(problemFromResponse(response(429, JSON.stringify(document), headers), URL_ASKED, NOW)).toEqual({
      type: "rateLimited",
      typeUri: `${PREFIX}rateLimited`,
      detail: "too many",
      identifier: null,
      status: 429,
      subproblems: [],
      instance: null,
      retryAt: NOW + 60_000,
      helpUrl: "https://ca.example.com/limits#new-orders",
      throttling: { kind: "quota", limit: "new-orders" },
      algorithms: [],
    });
  });

  it("tells the algorithms that a CA would have taken", () => {
    const document = { type: `${PREFIX}badSignatureAlgorithm`, algorithms: ["ES256", 7, "RS256"] };
    const { type, algorithms } = problemFromResponse(response(400, JSON.stringify(document)), URL_ASKED, NOW);
    expect([type, algorithms]).toEqual(["badSignatureAlgorithm", ["ES256", "RS256"]]);
  });

  it("reads one subproblem per identifier", () => {
    const document = {
      type: `${PREFIX}compound`,
      detail: "Errors during validation",
      subproblems: [
        {
          type: `${PREFIX}malformed`,
          detail: "bad name",
          identifier: { type: "dns", value: "_a.example.com" },
        },
        { type: `${PREFIX}rejectedIdentifier`, identifier: { type: "dns", value: "b.example.com" } },
        { type: `${PREFIX}caa`, identifier: "c.example.com" },
        "not an object",
      ],
    };
    const { subproblems } = problemFromResponse(response(403, JSON.stringify(document)), URL_ASKED, NOW);
    expect(subproblems.map(({ type, identifier }) => [type, identifier?.value ?? null])).toEqual([
      ["malformed", "_a.example.com"],
      ["rejectedIdentifier", "b.example.com"],
      ["caa", null],
    ]);
  });

  it("keeps the header's time before the text's", () => {
    const body = JSON.stringify({ type: `${PREFIX}rateLimited`, detail: "Try again in 5 s" });
    expect(problemFromResponse(response(429, body), URL_ASKED, NOW).retryAt).toBe(NOW + 5_000);
    expect(problemFromResponse(response(429, body, { "retry-after": "9" }), URL_ASKED, NOW).retryAt).toBe(
      NOW + 9_000,
    );
  });

  it("takes a document of a detail alone", () => {
    const { type, detail } = problemFromResponse(response(400, '{"detail":"no"}'), URL_ASKED, NOW);
    expect([type, detail]).toEqual(["other", "no"]);
    expect(problemFromResponse(response(429, '{"detail":7}'), URL_ASKED, NOW).detail).toBe(
      "the CA sent no problem document",
    );
  });

  it("believes the response's status, not the document's", () => {
    const body = JSON.stringify({ type: `${PREFIX}rateLimited`, detail: "Service busy", status: 429 });
    expect(problemFromResponse(response(503, body), URL_ASKED, NOW).status).toBe(503);
  });

  it.each([
    [429, "rateLimited"],
    [500, "serverInternal"],
    [503, "serverInternal"],
    [404, "other"],
    [302, "other"],
  ] as const)("makes a problem of a bare HTTP %i", (status, type) => {
    for (const body of ["", "<html><h1>busy</h1></html>", "null", "[]", "{}", '"text"', '{"type":']) {
      const problem = problemFromResponse(response(status, body, { "retry-after": "15" }), URL_ASKED, NOW);
      expect(problem).toMatchObject({ type, status, retryAt: NOW + 15_000 });
      expect(problem.detail).toBe("the CA sent no problem document");
    }
  });
});

describe("problemFromJson", () => {
  it.each([
    [`${PREFIX}badNonce`, "badNonce"],
    [`${PREFIX}alreadyReplaced`, "alreadyReplaced"],
    [`${PREFIX}somethingNew`, "other"],
    [`${PREFIX}other`, "other"],
    ["badNonce", "other"],
    ["urn:of-the-very-same-length:badNonce", "other"],
    ["https://example.com/problem", "other"],
  ])("%s is of type %s, and keeps its URI", (typeUri, type) => {
    expect(problemFromJson({ type: typeUri, detail: "d" }, NOW)).toMatchObject({
      type,
      typeUri,
      detail: "d",
    });
  });

  it("has an empty detail where there is none", () => {
    expect(problemFromJson({ type: `${PREFIX}caa`, title: 7 }, NOW).detail).toBe("");
  });

  it("takes the title where there is no detail", () => {
    expect(problemFromJson({ title: "no" }, NOW)).toMatchObject({ typeUri: "about:blank", detail: "no" });
  });

  it("hands on where a person can act", () => {
    expect(problemFromJson({ instance: "https://ca.example.com/tos" }, NOW).instance).toBe(
      "https://ca.example.com/tos",
    );
  });

  it("makes a problem of any JSON", () => {
    const keys = ["type", "detail", "title", "status", "instance", "subproblems", "identifier"];
    const documents = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
    fc.assert(
      fc.property(fc.oneof(documents, fc.jsonValue()), (value) => {
        const problem = problemFromJson(value, NOW);
        expect(typeof problem.detail).toBe("string");
        expect(typeof problem.typeUri).toBe("string");
        expect(problemFromResponse(response(400, JSON.stringify(value)), URL_ASKED, NOW).status).toBe(400);
      }),
    );
  });
});
