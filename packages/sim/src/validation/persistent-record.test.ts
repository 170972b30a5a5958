import { instant } from "@certmill/domain";
import { expect, test } from "vitest";
import { persistentRecordFault } from "./persistent-record.ts";

const now = instant(1_800_000_000_500);
const accountUrl = "https://ca.certmill.test/acme/account/1";
const wanted = { issuer: "ca.certmill.test", accountUrl, wildcard: false, now };
const record = `ca.certmill.test; accounturi=${accountUrl}`;

test.each([
  [record, null],
  [`CA.Certmill.TEST;accounturi=${accountUrl}`, null],
  [`${record}; policy=wildcard; persistUntil=1800000001; later=on`, null],
  [`${record};`, null],
  [`other.test; accounturi=${accountUrl}`, "another issuer"],
  ["", "another issuer"],
  ["ca.certmill.test", "another account"],
  [`ca.certmill.test; accounturi=${accountUrl}2`, "another account"],
  [`${record}; accounturi=${accountUrl}`, "accounturi twice"],
  [`${record}; policy`, "malformed"],
  [`${record}; persistUntil=soon`, "persistUntil of the record is malformed"],
  [`${record}; persistUntil=1800000000`, "has expired"],
])("%j: %s", (text, fault) => {
  if (fault === null) expect(persistentRecordFault(text, wanted)).toBeNull();
  else expect(persistentRecordFault(text, wanted)).toContain(fault);
});

test.each([
  ["", "does not allow wildcards"],
  ["; policy=none", "does not allow wildcards"],
  ["; policy=Wildcard", null],
])("for a wildcard with %j: %s", (policy, fault) => {
  const found = persistentRecordFault(record + policy, { ...wanted, wildcard: true });
  if (fault === null) expect(found).toBeNull();
  else expect(found).toContain(fault);
});
