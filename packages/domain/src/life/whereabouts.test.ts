import { expect, test } from "vitest";
import { type Finding, type FindingCode, findingCodes } from "../check/finding.ts";
import { whereabouts } from "./whereabouts.ts";

const fault = (code: FindingCode, name = "a.example", weight: Finding["weight"] = "fault"): Finding => ({
  code,
  weight,
  name,
  where: null,
  expected: [],
  found: [],
  ca: null,
  seenFrom: [],
});

const names = ["a.example", "www.a.example"];
const both = (code: FindingCode) => names.map((name) => fault(code, name));

test("only what name servers tell of addresses says that names have left", () => {
  const places = Object.groupBy(Object.keys(findingCodes) as FindingCode[], (code) =>
    whereabouts(names, both(code)),
  );
  expect(places.away).toEqual(["no-name", "no-address", "alias-no-address", "points-elsewhere"]);
  expect(places.unknown).toEqual(["alias-circle", "alias-too-long", "dns-failed", "dnssec-failed"]);
});

test("one name that leads here keeps all, a notice says nothing, wildcards do not count", () => {
  expect(whereabouts(names, [])).toBe("here");
  expect(whereabouts(names, [fault("no-name")])).toBe("here");
  expect(whereabouts(names, [fault("no-name"), fault("dns-failed", "www.a.example")])).toBe("unknown");
  expect(
    whereabouts(
      names,
      names.map((name) => fault("points-elsewhere", name, "notice")),
    ),
  ).toBe("here");
  expect(whereabouts(["*.a.example"], [])).toBe("here");
  expect(whereabouts(["a.example", "*.a.example"], [fault("no-name")])).toBe("away");
});
