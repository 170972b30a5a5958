/** The audit log: what is in it, before it is done and after, and how it is read. */
import { operations } from "@certmill/api";
import { instant, minutes } from "@certmill/domain";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { listAudit } from "../../src/store/read/audit.ts";
import { forgetAudit } from "../../src/store/write/audit.ts";
import { signedInAs } from "./begin-directly.ts";
import { openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";
import { codeOf } from "./refused.ts";

let api: TestApi;
beforeAll(async () => {
  api = await openTestApi();
});
afterAll(async () => api[Symbol.asyncDispose]());
beforeEach(async () => {
  api.clock.ahead = 0;
  await api.db.deleteFrom("audit").execute();
});

const nothing = { who: null, action: null, about: null, since: null, until: null };
const entries = () => listAudit(api.db, nothing, { before: null, limit: 100 });

test("who changed what, from where behind a trusted proxy, and with what end", async () => {
  await using proxied = await openTestApiOn(api.database, {
    trustedProxies: [{ version: 4, first: 0x7f00_0001n, last: 0x7f00_0001n }],
  });
  const browser = await signedInAs(proxied, { who: "olga", role: "operator" });
  const headers = { "x-forwarded-for": "198.51.100.1, 203.0.113.9" };
  const ask = (url: string, body: object) => browser.ask("PATCH", url, { body, headers });
  expect((await ask("/v1/tenants/Acme", { keysKeptDays: 3 })).statusCode).toBe(200);
  expect((await ask("/v1/cas/none", { weight: 2 })).statusCode).toBe(404);
  expect((await ask("/v1/cas/none", { weight: "much" })).statusCode).toBe(400);
  expect((await browser.get("/v1/tenants", headers)).statusCode).toBe(200);
  // The first address is what the client says of itself; the proxy vouches for the last alone.
  expect(await entries()).toMatchObject([
    { via: "oidc", who: "olga", address: "203.0.113.9", action: "changeCa", about: "none", status: 404 },
    { via: "oidc", who: "olga", address: "203.0.113.9", action: "setTenant", about: "acme", status: 200 },
  ]);
});

test("X-Forwarded-For of who is no trusted proxy is nothing", async () => {
  const browser = await signedInAs(api, { who: "olga", role: "operator" });
  await browser.ask("PATCH", "/v1/tenants/acme", {
    body: { keysKeptDays: 3 },
    headers: { "x-forwarded-for": "203.0.113.9" },
  });
  expect((await entries()).map(({ address }) => address)).toEqual(["127.0.0.1"]);
});

test("it is noted before it is done: what ends with the process has no end", async () => {
  const seen: (number | null)[] = [];
  await using dying = await openTestApiOn(api.database, {
    makeAccount: async () => {
      seen.push(...(await entries()).map(({ status }) => status));
      throw new Error("The process is gone.");
    },
  });
  const browser = await signedInAs(dying, { who: "olga", role: "operator" });
  const body = { name: "sim", directory: "http://ca.test/dir", contact: [], termsAgreed: true };
  expect((await browser.ask("POST", "/v1/cas", { body })).statusCode).toBe(500);
  expect(seen).toEqual([null]);
  expect((await entries()).map(({ via, status }) => [via, status])).toEqual([["oidc", 500]]);
});

test("what a role refuses is in it, once an hour for each caller and operation however often it is tried", async () => {
  const browser = await signedInAs(api, { who: "vera", role: "viewer" });
  // `start` is when an hour begins.
  api.clock.ahead = 0 - minutes(20);
  expect((await browser.get("/v1/audit")).statusCode).toBe(403);
  for (let tries = 0; tries < 3; tries += 1) {
    api.clock.ahead += minutes(5);
    const answer = await browser.ask("POST", `/v1/domains/shop-${tries}%00.example/retry`, { body: {} });
    expect([answer.statusCode, answer.json().code]).toEqual([403, "role-insufficient"]);
  }
  api.clock.ahead = 0;
  expect((await browser.get("/v1/audit")).statusCode).toBe(403);
  const vera = { via: "oidc", who: "vera", address: "127.0.0.1", status: 403 };
  const before = (ago: number) => start - minutes(ago);
  expect(await entries()).toMatchObject([
    { ...vera, action: "listAudit", at: start, count: 1, last_at: null },
    { ...vera, action: "retryDomain", about: "shop-0.example", at: before(15), count: 3, last_at: before(5) },
    { ...vera, action: "listAudit", at: before(20), count: 1 },
  ]);
});

test("what a token's scope refuses, or the tenant that somebody is bound to, is in it; a stranger's call is not", async () => {
  const tenant = await api.as("tenant", "acme");
  expect(await codeOf(tenant.call(operations.rotateKeys))).toBe("scope-insufficient");
  const bound = await signedInAs(api, { who: "tina", role: "admin", tenant: "acme" });
  expect((await bound.get("/v1/overview")).statusCode).toBe(403);
  expect(await codeOf(api.client("unknown").call(operations.rotateKeys))).toBe("token-rejected");
  expect(await codeOf(api.client(null).call(operations.rotateKeys))).toBe("token-missing");
  expect(await entries()).toMatchObject([
    { via: "oidc", who: "tina", action: "showOverview", status: 403 },
    { via: "token", who: expect.stringContaining("tenant-acme"), action: "rotateKeys", status: 403 },
  ]);
  const admin = await api.as("admin");
  const { items } = await admin.call(operations.listAudit, { query: { who: "tina" } });
  expect(items).toMatchObject([{ count: 1, lastAt: null }]);
});

test("what is older than it is kept goes, the oldest first and bit by bit", async () => {
  const admin = await api.as("admin");
  for (const name of ["a", "b", "c", "d"]) {
    await admin.call(operations.setTenant, { params: { name }, body: { keysKeptDays: 3 } });
    api.clock.ahead += minutes(1);
  }
  const cut = () => forgetAudit(api.db, { before: instant(start + minutes(3)), most: 2 });
  expect([await cut(), (await entries()).map(({ about }) => about)]).toEqual([2, ["d", "c"]]);
  expect([await cut(), await cut()]).toEqual([1, 0]);
  expect((await entries()).map(({ about }) => about)).toEqual(["d"]);
});

test("no secret of a request is in it", async () => {
  const admin = await api.as("admin");
  const password = "the-secret-of-somebody";
  await admin.call(operations.createOperator, { body: { name: "eve", role: "viewer", password } });
  const rows = await entries();
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).not.toContain(password);
});

test("it is read by the latest first, page by page, by who, what, to what and when", async () => {
  const admin = await api.as("admin");
  for (const name of ["a", "b", "c", "d"]) {
    await admin.call(operations.setTenant, { params: { name }, body: { keysKeptDays: 3 } });
    if (name !== "b") api.clock.ahead += minutes(1);
  }
  const first = await admin.call(operations.listAudit, { query: { limit: 3 } });
  expect(first.items.map(({ about }) => about)).toEqual(["d", "c", "b"]);
  const second = await admin.call(operations.listAudit, { query: { limit: 3, after: first.next ?? "" } });
  expect([second.items.map(({ about }) => about), second.next]).toEqual([["a"], null]);
  const abouts = async (query: object) =>
    (await admin.call(operations.listAudit, { query })).items.map(({ about }) => about);
  expect(await abouts({ about: "C" })).toEqual(["c"]);
  expect(await abouts({ action: "setTenant", who: "nobody" })).toEqual([]);
  const minuteAfter = new Date(start + minutes(1)).toISOString();
  expect(await abouts({ since: minuteAfter })).toEqual(["d", "c", "b"]);
  expect(await abouts({ until: minuteAfter })).toEqual(["a"]);
  expect(await codeOf(admin.call(operations.listAudit, { query: { after: "x" } }))).toBe("invalid-cursor");
});
