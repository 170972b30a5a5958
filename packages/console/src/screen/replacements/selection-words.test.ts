import { expect, test } from "vitest";
import { selectionWords, serialsOf } from "./selection-words.ts";

const none = { ca: null, issuer: null, key: null, profile: null };

test.each([
  [null, "a list of serial numbers"],
  [{ ...none, issuer: "R12" }, "issuer R12"],
  [{ ...none, ca: "letsencrypt", profile: "shortlived" }, "CA letsencrypt, profile shortlived"],
  [{ ...none, key: "0123456789abcdef0123456789abcdef" }, "key 0123456789abcdef…"],
])("%j is told as %s", (select, words) => {
  expect(selectionWords({ select })).toBe(words);
});

test("serial numbers are read from a CA's list as it comes: a head, cells, quotes, remarks", () => {
  expect(serialsOf('serial,revoked\r\n"03:A1:F2",2026-11-27\n\n# ours\n04b2 # the shop\n')).toEqual([
    "03:A1:F2",
    "04b2",
  ]);
});
