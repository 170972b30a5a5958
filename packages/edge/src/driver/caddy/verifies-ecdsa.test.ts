import { expect, test } from "vitest";
import { verifiesEcdsa } from "./verifies-ecdsa.ts";

test.each([
  ["a browser", "403,804,401,503,805,501,806,601", "1301,1302,1303,c02b,c02f", true],
  ["TLS 1.2 with suites of both", "403,401", "c02b,c02f", true],
  ["only RSA among its schemes", "804,805,806,401,501,601", "1301,c02b,c02f", false],
  ["TLS 1.2 that signs with both, with suites of RSA only", "403,401", "c02f,c030,9c", false],
  ["no schemes, as before TLS 1.2", "", "c009,c013,2f", false],
  ["no schemes, no suites", "", "", false],
  ["another way to write a number", "403", "C02B", true],
])("%s", (_client, schemes, suites, expected) => {
  const query = new URLSearchParams({ signature_schemes: schemes, cipher_suites: suites });
  expect(verifiesEcdsa(query)).toBe(expected);
});

test("where nothing was told nothing is known against it", () => {
  expect(verifiesEcdsa(new URLSearchParams())).toBe(true);
  expect(verifiesEcdsa(new URLSearchParams({ signature_schemes: "804" }))).toBe(false);
});
