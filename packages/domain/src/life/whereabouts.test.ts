import { expect, test } from "vitest";
import { type Finding, type FindingCode, findingCodes } from "../check/finding.ts";
import { instant } from "../time/instant.ts";
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
  expect(places.unknown).toEqual([
    "alias-circle",
    "alias-too-long",
    "dns-failed",
    "dnssec-failed",
    "delegation-missing",
    "delegation-failed",
    "zone-missing",
  ]);
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

test("a proof in the DNS has left where its place has changed; a wildcard counts where no address tells", () => {
  const before = { found: ["a.example.acme.test"], where: null, until: instant(0) };
  const left = (code: FindingCode, name = "*.a.example") => ({ ...fault(code, name), before });
  expect(whereabouts(["*.a.example"], [left("delegation-missing")])).toBe("away");
  expect(whereabouts(["*.a.example"], [left("zone-missing")])).toBe("away");
  expect(whereabouts(["*.a.example"], [left("delegation-failed")])).toBe("unknown");
  const own = [left("delegation-missing", "a.example"), left("delegation-missing")];
  expect(whereabouts(["a.example", "*.a.example"], own)).toBe("away");
  expect(whereabouts(["a.example", "*.b.example"], own)).toBe("here");
  // By HTTP its address tells, whatever the wildcard beside it.
  const mixed = [fault("no-name"), left("delegation-missing")];
  expect(whereabouts(["a.example", "*.a.example"], mixed)).toBe("away");
});
