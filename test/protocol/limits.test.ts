/** A CA's limits, as the library reads its refusals: which one it was, and until when. */
import {
  AcmeClient,
  AuthorizationHandle,
  certificateRequest,
  generateAccountKey,
  generateCertificateKey,
  undiciTransport,
} from "@certmill/acme";
import { days, hours, instant, minutes } from "@certmill/domain";
import { type LimitRules, NO_LIMITS, per, ruleSet, type SimCaOptions, startSimCa } from "@certmill/sim";
import { expect, it } from "vitest";
import { failureOf } from "./session.ts";

const NOW = Date.UTC(2027, 0, 1);

async function setUp(rules: Partial<LimitRules>, options: SimCaOptions = {}) {
  const ca = await startSimCa({
    alwaysValid: true,
    now: () => instant(NOW),
    processing: null,
    limits: { ...NO_LIMITS, ...rules },
    ...options,
  });
  const transport = undiciTransport();
  const client = new AcmeClient({
    directoryUrl: ca.directoryUrl,
    transport,
    key: generateAccountKey(),
    now: () => NOW,
  });
  await client.newAccount({ termsOfServiceAgreed: true });
  const order = (...names: readonly string[]) =>
    client.newOrder({ identifiers: names.map((value) => ({ type: "dns", value }) as const) });
  return {
    ca,
    client,
    order,
    /** Tells the CA to look at the first name of a new order. */
    async attempt(...names: readonly string[]) {
      const { resource } = await order(...names);
      const [url = ""] = resource.authorizations;
      const authorization = await new AuthorizationHandle(client, url).read();
      const challenge = authorization.resource.challenges.find(({ type }) => type === "http-01");
      await client.respondToChallenge(challenge?.url ?? "");
      return resource;
    },
    async [Symbol.asyncDispose]() {
      await transport[Symbol.asyncDispose]();
      await ca[Symbol.asyncDispose]();
    },
  };
}

it("new orders of an account", async () => {
  await using setup = await setUp({ newOrdersPerAccount: per(hours(3), 1) });
  await setup.order("a.example.com");
  const { problem } = await failureOf(setup.order("b.example.com"));
  expect(problem?.throttling).toEqual({ kind: "quota", limit: "new-orders-per-account" });
  expect(problem?.retryAt).toBe(NOW + hours(3));
});

it("certificates of a registered domain and of an exact set", async () => {
  await using setup = await setUp({
    certificatesPerRegisteredDomain: per(days(7), 1),
    certificatesPerExactSet: per(days(7), 1),
    renewalExemption: days(120),
  });
  const { client } = setup;
  const order = await setup.attempt("a.example.com");
  const key = await generateCertificateKey("P-256");
  await client.finalize(order.finalize, certificateRequest({ names: ["a.example.com"], key }));
  const ofDomain = await failureOf(setup.order("b.example.com"));
  expect(ofDomain.problem?.throttling).toEqual({
    kind: "quota",
    limit: "new-certificates-per-registered-domain",
  });
  const ofSet = await failureOf(setup.order("a.example.com"));
  expect(ofSet.problem?.throttling).toEqual({
    kind: "quota",
    limit: "new-certificates-per-exact-set-of-identifiers",
  });
  expect(ofSet.problem?.retryAt).toBe(NOW + days(7));
});

it("failures of a name, and the pause that comes of too many in a row", async () => {
  await using setup = await setUp(
    { failedAuthorizations: per(hours(1), 1), consecutiveFailures: per(days(1), 1, 1) },
    { model: () => ({ kind: "wrong", how: "dns" }) },
  );
  await setup.attempt("a.example.com");
  const failed = await failureOf(setup.order("a.example.com"));
  expect(failed.problem?.throttling).toEqual({
    kind: "quota",
    limit: "authorization-failures-per-identifier-per-account",
  });
  setup.ca.setLimits({ ...setup.ca.limits, failedAuthorizations: null });
  await setup.attempt("a.example.com");
  const paused = await failureOf(setup.order("a.example.com", "b.example.com"));
  expect(paused.problem?.throttling).toEqual({
    kind: "pause",
    portal: expect.stringMatching(/^https:\/\/portal\.certmill\.test\/sfe\/v1\/unpause\?jwt=/),
  });
  expect(paused.problem?.retryAt).toBeNull();
});

it("a front end that sheds load, nginx's HTML and Google's quota", async () => {
  await using setup = await setUp({});
  const { ca } = setup;
  ca.setLimits({
    ...NO_LIMITS,
    requestRates: [{ resources: ["newOrder"], allowance: per(minutes(1), 1), refusal: "busy" }],
  });
  await setup.order("a.example.com");
  const shed = await failureOf(setup.order("a.example.com"));
  expect(shed.problem).toMatchObject({
    status: 503,
    throttling: { kind: "shedding" },
    retryAt: NOW + 60_000,
  });

  ca.setLimits({
    ...ruleSet("zerossl"),
    requestRates: [{ resources: ["newOrder"], allowance: per(minutes(1), 1), refusal: "nginx" }],
  });
  const html = await failureOf(setup.order("a.example.com"));
  expect(html.problem).toMatchObject({
    type: "rateLimited",
    status: 429,
    throttling: { kind: "quota", limit: null },
    retryAt: null,
  });

  ca.setLimits({ ...NO_LIMITS, quotas: { newOrder: per(minutes(1), 1) } });
  await setup.order("a.example.com");
  const quota = await failureOf(setup.order("a.example.com"));
  expect(quota.problem).toMatchObject({ throttling: { kind: "quota", limit: null }, retryAt: NOW + 60_000 });
});
