import { type Client, operations, pages } from "@certmill/api";
import { after, days, type Instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { failDue, issueDue } from "./issue-directly.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";
import { codeOf, problemOf } from "./refused.ts";

let api: TestApi;
let admin: Client;

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
  await admin.call(operations.addCa, {
    body: { name: "sim", directory: "http://ca.test/dir", contact: ["ops@example.com"], termsAgreed: true },
  });
});
afterAll(async () => api[Symbol.asyncDispose]());

test("a domain is added, waits, and tells why", async () => {
  const added = await admin.call(operations.addDomain, {
    body: { name: "Shop.Example.COM.", withWww: true, aliases: ["m.example.com"], tenant: "acme-shop" },
  });
  expect(added).toMatchObject({
    name: "shop.example.com",
    state: "waiting",
    names: ["shop.example.com", "m.example.com", "www.shop.example.com"],
    tenant: "acme-shop",
    ca: "sim",
    edgeGroup: "default",
    keyType: "p256",
    certificate: null,
    failureCode: null,
    nextTryAt: "2026-11-22T12:00:00.000Z",
    deliveries: [],
  });
  expect(added.timeline.map(({ kind }) => kind)).toEqual(["domain.added"]);
  const alias = await admin.call(operations.showDomain, { params: { name: "www.shop.example.com" } });
  expect(alias.names).toEqual(added.names);
});

test("a name that is covered is refused, a bad name too, with its reason", async () => {
  expect(await codeOf(admin.call(operations.addDomain, { body: { name: "m.example.com" } }))).toBe(
    "domain-exists",
  );
  expect(await codeOf(admin.call(operations.addDomain, { body: { name: "localhost" } }))).toBe(
    "name-refused",
  );
  expect(
    await problemOf(admin.call(operations.addDomain, { body: { name: "a.example.com", ca: "none" } })),
  ).toMatchObject({ code: "ca-missing", detail: expect.stringMatching(/no CA "none"; there are: /) });
  expect(
    await codeOf(admin.call(operations.addDomain, { body: { name: "a.example.com", edgeGroup: "none" } })),
  ).toBe("edge-group-missing");
  expect(await codeOf(admin.call(operations.showDomain, { params: { name: "nobody.example.com" } }))).toBe(
    "not-found",
  );
});

test("the same Idempotency-Key gives the first answer again, and refuses another request", async () => {
  const ask = (name: string) => admin.call(operations.addDomain, { body: { name }, idempotencyKey: "k-1" });
  const first = await ask("once.example.com");
  await api.db.updateTable("lineage").set({ failure_detail: "x" }).execute();
  expect(await ask("once.example.com")).toEqual(first);
  expect(await codeOf(ask("other.example.com"))).toBe("idempotency-key-reused");
  const both = await Promise.allSettled(
    [1, 2].map(() =>
      admin.call(operations.addDomain, { body: { name: "twice.example.com" }, idempotencyKey: "k-2" }),
    ),
  );
  expect(both.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled"]);
});

test("a refusal is not kept: the same key may be used once the request can succeed", async () => {
  const ask = () =>
    admin.call(operations.addDomain, {
      body: { name: "late.example.com", ca: "late" },
      idempotencyKey: "k-3",
    });
  expect(await codeOf(ask())).toBe("ca-missing");
  await admin.call(operations.addCa, {
    body: { name: "late", directory: "http://late.test/dir", contact: [], termsAgreed: true },
  });
  expect((await ask()).ca).toBe("late");
});

test("a batch takes the good rows, reports the bad ones, and changes nothing the second time", async () => {
  const rows = [
    { line: 2, domain: "one.example.com", tenant: "t1" },
    { line: 3, domain: "single" },
    { line: 4, domain: "two.example.com", aliases: ["*.example.net", "www.example.net"] },
    { line: 5, domain: "ONE.example.com", tenant: "t1" },
    { line: 6, domain: "one.example.com", tenant: "t2" },
    { line: 7, domain: "shop.example.com" },
    { line: 8, domain: "three.example.com", aliases: ["drei.example.com"] },
    { line: 9, domain: "*.four.example.com" },
  ];
  const codes = [
    [3, "single-label"],
    [4, "redundant-under-wildcard"],
    [6, "duplicate-in-batch"],
    [7, "domain-exists"],
    [9, "wildcard-not-possible"],
  ];
  const forecast = await admin.call(operations.addDomainBatch, { body: { rows, dryRun: true } });
  const first = await admin.call(operations.addDomainBatch, { body: { rows } });
  expect(forecast).toEqual(first);
  expect(first).toMatchObject({ added: 2, unchanged: 1 });
  expect(first.rejected.map(({ line, code }) => [line, code])).toEqual(codes);
  const second = await admin.call(operations.addDomainBatch, { body: { rows } });
  expect(second).toMatchObject({ added: 0, unchanged: 3 });
  expect(second.rejected.map(({ line, code }) => [line, code])).toEqual([
    [3, "single-label"],
    [4, "redundant-under-wildcard"],
    [6, "domain-exists"],
    [7, "domain-exists"],
    [9, "wildcard-not-possible"],
  ]);
});

test("pages give every domain once, in order, also while others are added", async () => {
  const rows = Array.from({ length: 25 }, (_, i) => ({ line: i + 1, domain: `page-${i}.example.org` }));
  await admin.call(operations.addDomainBatch, { body: { rows } });
  const seen: string[] = [];
  for await (const page of pages(admin, operations.listDomains, { query: { prefix: "page-", limit: 4 } })) {
    seen.push(...page.items.map(({ name }) => name));
    const line = seen.length;
    await admin.call(operations.addDomainBatch, {
      body: { rows: [{ line, domain: `aa-${line}.example.org` }] },
    });
  }
  expect(seen).toHaveLength(25);
  expect(new Set(seen)).toEqual(new Set(rows.map(({ domain }) => domain)));
  expect(
    await codeOf(
      admin.call(operations.listDomains, {
        query: { after: Buffer.from('["cas","x"]').toString("base64url") },
      }),
    ),
  ).toBe("invalid-cursor");
});

test("a tenant sees and changes only its own", async () => {
  const tenant = await api.as("tenant", "t1");
  const { items } = await tenant.call(operations.listDomains);
  expect(items.map(({ name }) => name)).toEqual(["one.example.com"]);
  expect(await codeOf(tenant.call(operations.showDomain, { params: { name: "shop.example.com" } }))).toBe(
    "not-found",
  );
  expect(await codeOf(tenant.call(operations.removeDomain, { params: { name: "shop.example.com" } }))).toBe(
    "not-found",
  );
  const own = await tenant.call(operations.addDomain, { body: { name: "own.example.com" } });
  expect(own.tenant).toBe("t1");
  expect(
    await codeOf(tenant.call(operations.addDomain, { body: { name: "x.example.com", tenant: "t2" } })),
  ).toBe("scope-insufficient");
  const { rejected } = await tenant.call(operations.addDomainBatch, {
    body: { rows: [{ line: 1, domain: "x.example.com", tenant: "t2" }] },
  });
  expect(rejected.map(({ code }) => code)).toEqual(["tenant-not-yours"]);
});

test("a removed domain is ended for good, and its name may come back", async () => {
  await issueDue(api.db, start);
  const before = await admin.call(operations.showDomain, { params: { name: "one.example.com" } });
  expect(before).toMatchObject({
    state: "active",
    reason: expect.stringContaining("valid until 2027-02-20"),
  });
  const removed = await admin.call(operations.removeDomain, { params: { name: "one.example.com" } });
  expect(removed).toMatchObject({ state: "removed", nextTryAt: null });
  const { id: certificateId, serial, notAfter } = before.certificate ?? {};
  expect(removed.staysValid).toEqual([{ certificateId, ca: before.ca, serial, notAfter }]);
  expect(await admin.call(operations.removeDomain, { params: { name: "one.example.com" } })).toEqual(removed);
  const again = await admin.call(operations.addDomain, { body: { name: "one.example.com" } });
  expect(again).toMatchObject({ state: "waiting", tenant: null, certificate: null });
});

test("removing a domain cancels what is under way", async () => {
  await admin.call(operations.addDomain, { body: { name: "going.example.com" } });
  await planRound(api.db, { limit: 100, now: start });
  const issuing = await admin.call(operations.showDomain, { params: { name: "going.example.com" } });
  expect(issuing.state).toBe("issuing");
  await admin.call(operations.removeDomain, { params: { name: "going.example.com" } });
  const live = await api.db
    .selectFrom("issuance")
    .innerJoin("domain", "domain.lineage_id", "issuance.lineage_id")
    .select(["issuance.state_kind", "issuance.ended_at"])
    .where("domain.name", "=", "going.example.com")
    .execute();
  expect(live).toEqual([{ state_kind: "cancelled", ended_at: start }]);
});

test("a timeline is followed without a gap or a repeat", async () => {
  await admin.call(operations.addDomain, { body: { name: "followed.example.com" } });
  const params = { name: "followed.example.com" };
  const first = await admin.call(operations.followDomain, { params });
  expect(first.events.map(({ kind }) => kind)).toEqual(["domain.added"]);
  const waiting = admin.call(operations.followDomain, { params, query: { after: first.cursor, wait: 30 } });
  await issueDue(api.db, start);
  const second = await waiting;
  const rest = await admin.call(operations.followDomain, { params, query: { after: second.cursor } });
  const kinds = [...second.events, ...rest.events].map(({ kind }) => kind);
  expect(kinds).toEqual(["issuance.started", "certificate.stored"]);
  expect(rest.domain.state).toBe("active");
});

describe("pausing and resuming", () => {
  const act = async (
    operation: typeof operations.pauseDomain | typeof operations.resumeDomain,
    name: string,
  ) => problemOf(admin.call(operation, { params: { name } }));

  test("one that its CA has paused is not resumed here, and says who can", async () => {
    await admin.call(operations.addDomain, { body: { name: "stopped.example.com" } });
    await failDue(api.db, start, { cause: "name-paused", retryAt: null });
    const problem = await act(operations.resumeDomain, "stopped.example.com");
    expect(problem.code).toBe("domain-state");
    expect(problem.detail).toMatch(
      /^stopped\.example\.com is paused and cannot be resumed here\. The certificate authority takes no order for .+ ask for a try \(certmill domain retry\)\./,
    );
  });

  test("one whose names lead elsewhere is not paused, and says what becomes of it", async () => {
    await admin.call(operations.addDomain, { body: { name: "elsewhere.example.com" } });
    await issueDue(api.db, start);
    await sql`update lineage set state = 'moved', rests_since = now(), wake_at = null
      where names[1] = 'elsewhere.example.com'`.execute(api.db);
    const problem = await act(operations.pauseDomain, "elsewhere.example.com");
    expect(problem.code).toBe("domain-state");
    expect(problem.detail).toMatch(
      /^elsewhere\.example\.com is moved and cannot be paused here\. Its names lead/,
    );
  });

  test("what is so already is no fault", async () => {
    await admin.call(operations.addDomain, { body: { name: "calm.example.com" } });
    const params = { name: "calm.example.com" };
    expect(await admin.call(operations.resumeDomain, { params })).toMatchObject({ state: "waiting" });
    await admin.call(operations.pauseDomain, { params });
    expect(await admin.call(operations.pauseDomain, { params })).toMatchObject({ state: "paused" });
  });
});

describe("ordering now", () => {
  const retry = (name: string, as: Client = admin) => as.call(operations.retryDomain, { params: { name } });
  const planAt = (now: Instant) => planRound(api.db, { limit: 1_000, now });

  afterEach(() => {
    api.clock.ahead = 0;
  });

  test("a domain that rests is due at once, and repeating changes nothing", async () => {
    await admin.call(operations.addDomain, { body: { name: "rests.example.com" } });
    await failDue(api.db, start, { cause: "name-paused", retryAt: null });
    const params = { name: "rests.example.com" };
    const resting = await admin.call(operations.showDomain, { params });
    expect(resting).toMatchObject({ state: "paused", nextTryAt: null, unpauseUrl: null });
    api.clock.ahead = minutes(5);
    const retried = await retry("rests.example.com");
    expect(retried).toMatchObject({ failureCode: "name-paused", nextTryAt: "2026-11-22T12:05:00.000Z" });
    expect(retried.timeline.at(-1)).toMatchObject({
      kind: "domain.retried",
      sentence: expect.stringMatching(/at once, with the token "admin-null-\d+"/),
    });
    api.clock.ahead = minutes(6);
    expect(await retry("RESTS.example.com")).toEqual(retried);
    await planAt(after(start, minutes(6)));
    const live = await retry("rests.example.com");
    expect(live).toMatchObject({ state: "issuing", nextTryAt: null });
    expect(live.timeline.map(({ kind }) => kind).slice(-2)).toEqual(["domain.retried", "issuance.started"]);
    await issueDue(api.db, after(start, minutes(6)));
  });

  test("a domain with a certificate is renewed, and wanted since then", async () => {
    await admin.call(operations.addDomain, { body: { name: "renewed.example.com" } });
    await issueDue(api.db, start);
    api.clock.ahead = minutes(5);
    const now = after(start, minutes(5));
    expect(await retry("renewed.example.com")).toMatchObject({
      state: "active",
      nextTryAt: "2026-11-22T12:05:00.000Z",
    });
    const { wanted_at } = await lineageOf("renewed.example.com");
    expect(wanted_at).toBe(now);
    expect(await issueDue(api.db, now)).toHaveLength(1);
    expect(await lineageOf("renewed.example.com")).toMatchObject({ wake_at: after(now, days(60)) });
  });

  test("a try that is only later is made now; since when it is wanted stays", async () => {
    await admin.call(operations.addDomain, { body: { name: "later.example.com" } });
    await failDue(api.db, start, { cause: "dns", retryAt: after(start, days(1)) });
    api.clock.ahead = minutes(5);
    expect((await retry("later.example.com")).nextTryAt).toBe("2026-11-22T12:05:00.000Z");
    expect((await lineageOf("later.example.com")).wanted_at).toBe(start);
  });

  test("not what was removed, nor another tenant's", async () => {
    await admin.call(operations.addDomain, { body: { name: "ended.example.com", tenant: "t1" } });
    expect(await codeOf(retry("ended.example.com", await api.as("tenant", "t2")))).toBe("not-found");
    const tenant = await api.as("tenant", "t1");
    expect((await retry("ended.example.com", tenant)).timeline).toHaveLength(1);
    await tenant.call(operations.removeDomain, { params: { name: "ended.example.com" } });
    expect(await codeOf(retry("ended.example.com", tenant))).toBe("domain-removed");
    expect(await codeOf(retry("nobody.example.com"))).toBe("not-found");
  });

  test("the workers are woken", async () => {
    await admin.call(operations.addDomain, { body: { name: "woken.example.com" } });
    await failDue(api.db, start, { cause: "name-paused", retryAt: null });
    const heard = Promise.withResolvers<void>();
    await api.database.listen("certmill_work", () => heard.resolve());
    await retry("woken.example.com");
    await heard.promise;
  });

  const lineageOf = (name: string) =>
    api.db
      .selectFrom("domain")
      .innerJoin("lineage", "lineage.id", "domain.lineage_id")
      .select(["lineage.wake_at", "lineage.wanted_at"])
      .where("domain.name", "=", name)
      .executeTakeFirstOrThrow();
});
