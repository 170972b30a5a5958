import { InvalidArgumentError } from "commander";
import { expect, test } from "vitest";
import { caNames } from "./option-values.ts";

test("one CA is its name, several are a list in their order", () => {
  expect(caNames("letsencrypt")).toBe("letsencrypt");
  expect(caNames("google,letsencrypt")).toEqual(["google", "letsencrypt"]);
  expect(caNames("google, letsencrypt")).toEqual(["google", "letsencrypt"]);
});

test.each(["", ",", "google,", "google,google"])("%j is no list of CAs", (text) => {
  expect(() => caNames(text)).toThrow(InvalidArgumentError);
});
