import { type Client, openapiDocument, operations } from "@certmill/api";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HttpOptions } from "../../src/http/build-http.ts";
import { issueDue } from "./issue-directly.ts";
import { accountMade, openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";
import { codeOf, problemOf } from "./refused.ts";

let api: TestApi;
let admin: Client;
let answer: HttpOptions["makeAccount"];
const body = {
  name: "sim",
  directory: "http://ca.test/dir",
  contact: ["ops@example.com"],
  termsAgreed: true,
};

beforeAll(async () => {
  api = await openTestApi({ makeAccount: (request) => answer(request) });
  admin = await api.as("admin");
});
afterAll(async () => api[Symbol.asyncDispose]());

test("what a CA says becomes a problem that says what to do, and leaves nothing behind", async () => {
  const ask = () => problemOf(admin.call(operations.addCa, { body }));
  answer = async () => ({ kind: "terms", url: "https://ca.test/terms" });
  expect(await ask()).toMatchObject({ code: "terms-not-agreed", termsOfService: "https://ca.test/terms" });
  answer = async () => ({ kind: "binding-required" });
  expect(await ask()).toMatchObject({ code: "account-binding-required" });
  answer = async () => ({ kind: "refused", problem: { detail: "no such luck" } });
  expect(await ask()).toMatchObject({ code: "ca-refused", detail: expect.stringContaining("no such luck") });
  answer = async () => ({ kind: "unreachable", detail: "connection refused" });
  expect(await ask()).toMatchObject({ code: "ca-unreachable", status: 502 });
  expect((await admin.call(operations.listCas)).items).toEqual([]);
});

test("a CA is added once; the first one is the default until another is", async () => {
  let made = 0;
  answer = (request) => {
    made++;
    return accountMade(request);
  };
  const ca = await admin.call(operations.addCa, { body, idempotencyKey: "ca" });
  expect(ca).toMatchObject({
    name: "sim",
    default: true,
    contact: ["mailto:ops@example.com"],
    maxOrdersInFlight: 64,
  });
  expect(await admin.call(operations.addCa, { body, idempotencyKey: "ca" })).toEqual(ca);
  expect(made).toBe(1);
  expect(await codeOf(admin.call(operations.addCa, { body: { ...body, default: true } }))).toBe("ca-exists");
  await admin.call(operations.addCa, {
    body: { ...body, name: "le", directory: "letsencrypt-staging", default: true },
  });
  const { items } = await admin.call(operations.listCas);
  expect(items.map(({ name, default: isDefault, directory }) => [name, isDefault, directory])).toEqual([
    ["le", true, "https://acme-staging-v02.api.letsencrypt.org/directory"],
    ["sim", false, "http://ca.test/dir"],
  ]);
  const wrong = await problemOf(
    admin.call(operations.addCa, { body: { ...body, name: "x", directory: "letsencript" } }),
  );
  expect(wrong.errors?.[0]?.path).toBe("/directory");
});

test("a private CA takes names that a public one refuses", async () => {
  const body = { name: "corp", directory: "http://corp.test/dir", contact: [], termsAgreed: true };
  await admin.call(operations.addCa, { body: { ...body, allowPrivateNames: true } });
  expect(await codeOf(admin.call(operations.addDomain, { body: { name: "intranet" } }))).toBe("name-refused");
  const domain = await admin.call(operations.addDomain, { body: { name: "intranet", ca: "corp" } });
  expect(domain.name).toBe("intranet");
});

test("a token is shown once and works for what it is for", async () => {
  const made = await admin.call(operations.createToken, {
    body: { name: "shop", scope: "tenant", tenant: "acme", expiresInDays: 1 },
  });
  expect(made).toMatchObject({ scope: "tenant", tenant: "acme", expiresAt: "2026-11-23T12:00:00.000Z" });
  expect((await api.client(made.token).call(operations.listDomains)).items).toEqual([]);
  const { items } = await admin.call(operations.listTokens);
  expect(JSON.stringify(items)).not.toContain(made.token);
  const ask = (body: Parameters<typeof admin.call<typeof operations.createToken>>[1]["body"]) =>
    codeOf(admin.call(operations.createToken, { body }));
  expect(await ask({ name: "x", scope: "tenant" })).toBe("invalid-request");
  expect(await ask({ name: "x", scope: "admin", tenant: "acme" })).toBe("invalid-request");
  expect(await ask({ name: "x", scope: "tenant", tenant: "acme", edgeGroup: "default" })).toBe(
    "invalid-request",
  );
});

test("certificates are listed, shown and exported", async () => {
  await admin.call(operations.addDomain, { body: { name: "shop.example.com", ca: "sim", tenant: "acme" } });
  await admin.call(operations.addDomain, { body: { name: "two.example.com", ca: "sim" } });
  await issueDue(api.db, start);
  const { items } = await admin.call(operations.listCertificates, { query: { domain: "shop.example.com" } });
  expect(items).toHaveLength(1);
  const id = items[0]?.id ?? "";
  expect(items[0]).toMatchObject({ names: ["shop.example.com"], tenant: "acme", ca: "sim", current: true });
  expect(await admin.call(operations.certificateChain, { params: { id } })).toBe("chain of shop.example.com");
  expect(await admin.call(operations.exportCertificate, { params: { id } })).toEqual({
    chainPem: "chain of shop.example.com",
    keyPem: "key of shop.example.com",
  });
  const tenant = await api.as("tenant", "acme");
  const seen = await tenant.call(operations.listCertificates);
  expect(seen.items.map(({ names }) => names)).toEqual([["shop.example.com"]]);
  const { items: others } = await admin.call(operations.listCertificates, {
    query: { domain: "two.example.com" },
  });
  expect(await codeOf(tenant.call(operations.showCertificate, { params: { id: others[0]?.id ?? "" } }))).toBe(
    "not-found",
  );
  const { timeline } = await tenant.call(operations.showDomain, { params: { name: "shop.example.com" } });
  expect(timeline.at(-1)?.kind).toBe("key.retrieved");
});

test("the status counts what there is", async () => {
  expect(await admin.call(operations.showStatus)).toMatchObject({
    version: "0.0.0-test",
    database: expect.stringMatching(/^embedded PostgreSQL \d+/),
    domains: { waiting: 0, issuing: 0, active: 3, failed: 0, removed: 0 },
    certificates: 3,
    issuancesInFlight: 0,
    dueNow: 0,
    oldestDueAt: null,
    keys: { current: "test-key", underOtherKeys: 0 },
  });
  expect(await admin.call(operations.rotateKeys)).toEqual({ rewrapped: 0, keyId: "test-key" });
});

test("health needs no token and tells the part that is not ready", async () => {
  const open = api.client(null);
  expect(await open.call(operations.checkLiveness)).toEqual({ alive: true });
  expect(await open.call(operations.checkReadiness)).toEqual({
    ready: true,
    parts: [{ part: "database", ready: true, reason: null }],
  });
  expect(await open.call(operations.showMetrics)).toContain("certmill_up");
  await using broken = await openTestApiOn(api.database, {
    readiness: [
      { part: "worker", check: async () => "The worker has stopped." },
      { part: "keys", check: () => Promise.reject(new Error("No key file.")) },
    ],
  });
  const answer = await broken.app.inject({ url: "/readyz" });
  expect([answer.statusCode, answer.json().parts.map(({ reason }: { reason: string }) => reason)]).toEqual([
    503,
    ["The worker has stopped.", "No key file."],
  ]);
});

test("the API's document is served, and its page loads nothing from elsewhere", async () => {
  const document = await api.app.inject({ url: "/openapi.json" });
  expect(document.json()).toEqual(JSON.parse(JSON.stringify(openapiDocument("0.0.0-test"))));
  const page = await api.app.inject({ url: "/docs/" });
  expect(page.statusCode).toBe(200);
  expect(page.body).not.toMatch(/(src|href)="https?:/);
  expect(page.headers["content-security-policy"]).toContain("default-src 'self'");
});
