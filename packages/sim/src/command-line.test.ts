import { days, hours, seconds } from "@certmill/domain";
import { expect, test } from "vitest";
import { parseCommandLine, USAGE, UsageError } from "./command-line.ts";
import { per } from "./limits/allowance.ts";
import { NO_LIMITS, ruleSet } from "./limits/rule-sets.ts";
import { scaledRules } from "./limits/rules.ts";

test("help is asked for", () => {
  expect(parseCommandLine(["--help"])).toBeNull();
  expect(parseCommandLine(["--port", "1", "-h"])).toBeNull();
});

test("every option reaches its setting", () => {
  const typed = `--port 0 --tls --root-file r.pem --https-root-file h.pem --http-port 8080 --https-port 8443
    --wrong a.example.com=dns --wrong *.b.example.com=unauthorized --always-valid --perspectives 6
    --processing none --retry-after 1500 --retry-after-form mixed --certificate-days 6 --no-order-reuse
    --no-authorization-reuse --eab customer:c2VjcmV0 --eab-required --fault bad-nonce=0.05 --fault drop-after=1
    --seed 7 --no-profiles --no-renewal-info --alternate-chains 2 --pre-authorization
    --limits letsencrypt --limits-divisor 100 --no-request-rates
    --rules r.json --management-port 15000`.split(/\s+/);
  const commandLine = parseCommandLine(typed);
  expect(commandLine).toMatchObject({
    rootFile: "r.pem",
    httpsRootFile: "h.pem",
    rulesFile: "r.json",
    managementPort: 15_000,
  });
  expect(commandLine?.cas).toEqual([
    {
      limits: "letsencrypt",
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
        identifierTypes: ["dns"],
        limits: { ...scaledRules(ruleSet("letsencrypt"), 100), requestRates: [] },
      },
    },
  ]);
  for (const option of typed.filter((word) => word.startsWith("--"))) expect(USAGE).toContain(option);
});

test("nothing typed is the defaults that the usage tells", () => {
  const [ca] = parseCommandLine([])?.cas ?? [];
  expect(ca).toMatchObject({
    limits: "none",
    options: {
      port: 14_000,
      httpPort: 5002,
      faults: {},
      alternateChains: 0,
      preAuthorization: false,
      limits: NO_LIMITS,
    },
  });
  for (const member of ["profiles", "processing", "retryAfter", "renewalInfo", "externalAccounts"]) {
    expect(ca?.options).not.toHaveProperty(member);
  }
});

test("several CAs, on ports in a row; what is typed goes before a CA's manners", () => {
  const cas = parseCommandLine(["--limits", "letsencrypt", "--limits", "zerossl"])?.cas ?? [];
  expect(cas.map(({ limits, options }) => [limits, options.port])).toEqual([
    ["letsencrypt", 14_000],
    ["zerossl", 14_001],
  ]);
  expect(cas[1]?.options).toMatchObject({ processing: 120_000, renewalInfo: false });
  const typed =
    parseCommandLine(["--limits=zerossl", "--processing=5", "--port=0", "--eab=a:bbbb"])?.cas ?? [];
  expect(typed[0]?.options).toMatchObject({
    port: 0,
    processing: 5,
    externalAccounts: { required: false, keys: { a: "bbbb" } },
  });
});

test("a limit that is typed goes before the CA's and is not divided", () => {
  const typed =
    "--limits letsencrypt --limits-divisor 10 --limit new-orders-per-account=7/3h --limit overload=9/90s";
  const [ca] = parseCommandLine(`${typed} --limit certificates-per-exact-set=none`.split(" "))?.cas ?? [];
  expect(ca?.options.limits).toEqual({
    ...scaledRules(ruleSet("letsencrypt"), 10),
    newOrdersPerAccount: per(hours(3), 7),
    overload: per(seconds(90), 9),
    certificatesPerExactSet: null,
  });
});

test("the usage fits 80 columns", () => {
  for (const line of USAGE.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
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
  ["--limits", "letsencrypts"],
  ["--limits-divisor", "0"],
  ["--limit", "newOrdersPerAccount=1/3h"],
  ["--limit", "new-orders-per-account=0/3h"],
  ["--limit", "new-orders-per-account=1/0s"],
  ["--limit", "new-orders-per-account=999999999/9999d"],
  ["--limit", "new-orders-per-account=5"],
  ["--unknown", "1"],
])("refuses %s %s", (option, value) => {
  expect(() => parseCommandLine([`${option}=${value}`])).toThrow(UsageError);
  expect(() => parseCommandLine([`${option}=${value}`])).toThrow(option);
});
