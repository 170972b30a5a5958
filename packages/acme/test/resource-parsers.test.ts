import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAccount } from "../src/client/account.ts";
import { parseAuthorization } from "../src/client/authorization.ts";
import { parseChallenge } from "../src/client/challenge.ts";
import { parseDirectory } from "../src/client/directory.ts";
import { parseOrder } from "../src/client/order.ts";
import { AcmeError } from "../src/wire/acme-error.ts";

const CA = "https://ca.example.com";
const NOW = Date.UTC(2026, 10, 22);

const identifier = { type: "dns", value: "a.example.com" };
const challenge = {
  type: "http-01",
  url: `${CA}/c/1`,
  status: "invalid",
  token: "abc",
  error: { detail: "no" },
};

/** For each parser, a document that it takes. */
const PARSERS: readonly [name: string, parse: (text: string) => unknown, document: object][] = [
  [
    "directory",
    parseDirectory,
    {
      newNonce: `${CA}/n`,
      newAccount: `${CA}/a`,
      newOrder: `${CA}/o`,
      renewalInfo: `${CA}/r`,
      meta: {
        termsOfService: "x",
        caaIdentities: ["a"],
        externalAccountRequired: true,
        profiles: { p: "q" },
      },
    },
  ],
  [
    "account",
    (text) => parseAccount(text, `${CA}/a/1`),
    { status: "valid", contact: ["mailto:a@example.com"] },
  ],
  [
    "order",
    (text) => parseOrder(text, NOW),
    {
      status: "valid",
      expires: "2027-01-01T00:00:00Z",
      identifiers: [identifier, { type: "ip", value: "192.0.2.1" }],
      authorizations: [`${CA}/z/1`],
      finalize: `${CA}/f/1`,
      certificate: `${CA}/x/1`,
      error: { type: "urn:ietf:params:acme:error:caa" },
    },
  ],
  [
    "authorization",
    (text) => parseAuthorization(text, NOW),
    { status: "pending", identifier, challenges: [challenge, { type: "odd" }], wildcard: true },
  ],
  ["challenge", (text) => parseChallenge(text, NOW), challenge],
];

/** A copy in which the value at one path, chosen by `choice`, is another one or gone. */
function changed(document: unknown, choice: number, value: unknown): unknown {
  const paths: (readonly string[])[] = [];
  const visit = (node: unknown, path: readonly string[]): void => {
    paths.push(path);
    if (typeof node !== "object" || node === null) return;
    for (const [key, child] of Object.entries(node)) visit(child, [...path, key]);
  };
  visit(document, []);
  const path = paths[choice % paths.length] ?? [];
  const replace = (node: unknown, [key, ...rest]: readonly string[]): unknown => {
    if (key === undefined || typeof node !== "object" || node === null) return value;
    const entries = Object.entries(node).map(
      ([k, child]) => [k, k === key ? replace(child, rest) : child] as const,
    );
    return Array.isArray(node) ? entries.map(([, child]) => child) : Object.fromEntries(entries);
  };
  return replace(document, path);
}

describe.each(PARSERS)("the parser of a %s", (_, parse, document) => {
  const answerOf = (text: string): "taken" | "refused" => {
    try {
      parse(text);
      return "taken";
    } catch (error) {
      expect(error).toBeInstanceOf(AcmeError);
      expect(error).toMatchObject({ code: "bad-response", problem: null });
      return "refused";
    }
  };

  it("takes a whole document, with members it does not know", () => {
    expect(answerOf(JSON.stringify({ ...document, "x-unknown": { a: [1] } }))).toBe("taken");
  });

  it("takes or refuses a document with any one value changed", () => {
    const values = fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.webUrl());
    fc.assert(
      fc.property(fc.nat(), values, (choice, value) => {
        answerOf(JSON.stringify(changed(document, choice, value)) ?? "");
      }),
      { numRuns: 500 },
    );
  });

  it("takes or refuses a document cut short", () => {
    const text = JSON.stringify(document);
    for (let length = 0; length < text.length; length += 1)
      expect(answerOf(text.slice(0, length))).toBe("refused");
  });
});
