import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type CaaRecord, type CaaVerdict, type CaaWish, climbingOrder, judgeCaa } from "./caa.ts";

const account = "https://ca.example/acct/1";
const wish: CaaWish = { identities: ["ca.example"], accountUri: account, method: "http-01", wildcard: false };
const wild: CaaWish = { ...wish, wildcard: true };
const record = (text: string): CaaRecord => {
  const [, flags = "", tag = "", value = ""] = /^(\d+) (\S+) (.*)$/.exec(text) ?? [];
  return { flags: Number(flags), tag, value };
};

/** RFC 8659 section 4 and RFC 8657, case by case. */
const cases: readonly (readonly [string, readonly string[], CaaWish, CaaVerdict])[] = [
  ["the CA", ["0 issue ca.example"], wish, "allowed"],
  ["the CA in capitals", ["0 ISSUE CA.Example"], wish, "allowed"],
  ["another CA", ["0 issue other.example"], wish, "forbidden"],
  ["another CA and ours", ["0 issue other.example", "0 issue ca.example"], wish, "allowed"],
  ["nobody", ["0 issue ;"], wish, "forbidden"],
  ["nobody, by an empty value", ["0 issue "], wish, "forbidden"],
  ["nobody and ours", ["0 issue ;", "0 issue ca.example"], wish, "allowed"],
  ["iodef only", ["0 iodef mailto:a@example.com"], wish, "allowed"],
  ["issuewild only, for a plain name", ["0 issuewild other.example"], wish, "allowed"],
  ["issuewild only, for a wildcard", ["0 issuewild other.example"], wild, "forbidden"],
  ["issue, for a wildcard", ["0 issue ca.example"], wild, "allowed"],
  ["issuewild before issue", ["0 issue ca.example", "0 issuewild ;"], wild, "forbidden"],
  ["issuewild for us, issue for another", ["0 issue o.example", "0 issuewild ca.example"], wild, "allowed"],
  ["the same for a plain name", ["0 issue o.example", "0 issuewild ca.example"], wish, "forbidden"],
  ["a critical tag that is known", ["128 issue ca.example"], wish, "allowed"],
  ["a critical tag that is not", ["0 issue ca.example", "128 tbs Unknown"], wish, "critical"],
  ["an unknown tag", ["0 issue ca.example", "0 tbs Unknown"], wish, "allowed"],
  ["reserved flag bits", ["1 tbs Unknown"], wish, "allowed"],
  ["our account", [`0 issue ca.example; accounturi=${account}`], wish, "allowed"],
  ["another account", ["0 issue ca.example; accounturi=https://ca.example/acct/2"], wish, "account"],
  ["two accounts", [`0 issue ca.example; accounturi=${account}; accounturi=${account}`], wish, "account"],
  [
    "an account, and we have none",
    [`0 issue ca.example;accounturi=${account}`],
    { ...wish, accountUri: null },
    "account",
  ],
  ["our method among others", ["0 issue ca.example; validationmethods=dns-01,http-01"], wish, "allowed"],
  ["other methods", ["0 issue ca.example; validationmethods=dns-01"], wish, "method"],
  ["no method", ["0 issue ca.example; validationmethods="], wish, "method"],
  ["a method that only begins so", ["0 issue ca.example; validationmethods=http-011"], wish, "method"],
  [
    "one record for another account, one for any",
    ["0 issue ca.example; accounturi=x", "0 issue ca.example"],
    wish,
    "allowed",
  ],
  ["unknown parameters", ["0 issue ca.example; policy=ev"], wish, "allowed"],
  ["blanks where they may be", ["0 issue   ca.example ;  policy = ev ;"], wish, "allowed"],
  ["a value of another form", ["0 issue ca.example %%%"], wish, "forbidden"],
  ["a parameter without a value", ["0 issue ca.example; policy"], wish, "forbidden"],
  [
    "a second identity",
    ["0 issue b.example"],
    { ...wish, identities: ["ca.example", "b.example"] },
    "allowed",
  ],
  ["no record", [], wish, "allowed"],
];

describe("judgeCaa", () => {
  test.each(cases)("%s", (_title, records, wanted, verdict) => {
    expect(judgeCaa(records.map(record), wanted)).toBe(verdict);
  });

  const records = fc.array(fc.constantFrom(...cases.flatMap(([, texts]) => texts)).map(record), {
    maxLength: 5,
  });

  test("the order of the records does not matter", () => {
    fc.assert(
      fc.property(records, fc.boolean(), (set, wildcard) => {
        const wanted = { ...wish, wildcard };
        expect(judgeCaa(set.toReversed(), wanted)).toBe(judgeCaa(set, wanted));
      }),
    );
  });

  test("a record that names the CA without conditions overrules all but a critical one", () => {
    fc.assert(
      fc.property(records, (set) => {
        const verdict = judgeCaa([...set, record("0 issue ca.example")], wish);
        expect(verdict === "allowed" || verdict === "critical").toBe(true);
      }),
    );
  });
});

test("the tree is climbed to the top-level domain", () => {
  expect(climbingOrder("a.shop.example.com")).toEqual([
    "a.shop.example.com",
    "shop.example.com",
    "example.com",
    "com",
  ]);
});
