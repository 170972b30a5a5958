import { days, milliseconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { parseCommandLine, USAGE, UsageError } from "./command-line.ts";

test("help is asked for", () => {
  expect(parseCommandLine(["--help"])).toBeNull();
  expect(parseCommandLine(["--port", "1", "-h"])).toBeNull();
});

test("every option reaches its setting", () => {
  const typed = `--port 0 --tls --root-file r.pem --https-root-file h.pem --http-port 8080 --https-port 8443
    --wrong a.example.com=dns --wrong *.b.example.com=unauthorized --always-valid --perspectives 6
    --processing none --retry-after 1500 --retry-after-form mixed --certificate-days 6 --no-order-reuse
    --no-authorization-reuse --eab customer:c2VjcmV0 --eab-required --fault bad-nonce=0.05 --fault drop-after=1
    --seed 7 --no-profiles --no-renewal-info --alternate-chains 2 --pre-authorization`.split(/\s+/);
  expect(parseCommandLine(typed)).toEqual({
    rootFile: "r.pem",
    httpsRootFile: "h.pem",
    options: {
      port: 0,
      tls: true,
      httpPort: 8080,
      httpsPort: 8443,
      wrongNames: { "a.example.com": "dns", "*.b.example.com": "unauthorized" },
      alwaysValid: true,
      perspectives: 6,
      processing: null,
      retryAfter: { form: "mixed", wait: 1_500 },
      certificateLife: days(6),
      profiles: null,
      renewalInfo: false,
      alternateChains: 2,
      preAuthorization: true,
      orderReuse: false,
      authorizationReuse: "none",
      externalAccounts: { required: true, keys: { customer: "c2VjcmV0" } },
      faults: { badNonceRate: 0.05, dropAfterRate: 1 },
      seed: 7,
    },
  });
  for (const option of typed.filter((word) => word.startsWith("--"))) expect(USAGE).toContain(option);
});

test("nothing typed is the defaults that the usage tells", () => {
  expect(parseCommandLine([])).toMatchObject({
    rootFile: null,
    options: {
      port: 14_000,
      httpPort: 5002,
      processing: milliseconds(0),
      externalAccounts: null,
      faults: {},
      renewalInfo: true,
      alternateChains: 0,
      preAuthorization: false,
    },
  });
  expect(parseCommandLine([])?.options).not.toHaveProperty("profiles");
});

test.each([
  ["--port", "65536"],
  ["--port", "-1"],
  ["--port", ""],
  ["--perspectives", "two"],
  ["--alternate-chains", "11"],
  ["--wrong", "a.example.com"],
  ["--wrong", "a.example.com=slow"],
  ["--wrong", "=dns"],
  ["--eab", "customer"],
  ["--eab", "customer:a+b"],
  ["--fault", "bad-nonce=2"],
  ["--fault", "bad-nonce="],
  ["--fault", "storm=0.1"],
  ["--retry-after", "soon"],
  ["--retry-after-form", "never"],
  ["--unknown", "1"],
])("refuses %s %s", (option, value) => {
  expect(() => parseCommandLine([`${option}=${value}`])).toThrow(UsageError);
  expect(() => parseCommandLine([`${option}=${value}`])).toThrow(option);
});
