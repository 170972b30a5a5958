/** A campaign on a real database, from its list to its report, with a CA whose outcomes the test decides. */
import { type Client, operations } from "@certmill/api";
import { days, type Instant, minutes, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { claimIssuances } from "../../src/store/claim-issuances.ts";
import { type Database, openDatabase } from "../../src/store/database.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { feedCampaigns } from "../../src/work/feed-campaigns.ts";
import { countLive, feedFor, nowOf, planAll, workAll } from "./campaign-work.ts";
import { type OwnTestApi, type OwnTestApis, startOwnTestApis } from "./open-own-test-api.ts";
import { codeOf, problemOf } from "./refused.ts";

let apis: OwnTestApis;
let api: OwnTestApi;
let admin: Client;

beforeAll(async () => {
  apis = await startOwnTestApis();
});
afterAll(() => apis[Symbol.asyncDispose]());

beforeEach(async () => {
  api = await apis.open();
  admin = await api.as("admin");
  const ca = { directory: "letsencrypt", contact: [], termsAgreed: true, maxOrdersInFlight: 1_000 };
  await admin.call(operations.addCa, { body: { name: "le", ...ca } });
});
afterEach(() => api[Symbol.asyncDispose]());

const rows = (count: number, tenant = "acme") =>
  Array.from({ length: count }, (_, n) => ({ line: n + 1, domain: `site${n}.com`, tenant }));

const params = { name: "spring" };
const show = () => admin.call(operations.showCampaign, { params });
const add = (list: ReturnType<typeof rows>) =>
  admin.call(operations.addCampaignDomains, { params, body: { rows: list, withWww: false } });

const now = (): Instant => nowOf(api);

describe("a campaign", () => {
  test("takes its list once, however often it is sent", async () => {
    const body = { name: "spring", window: { from: "22:00", to: "06:00" }, perHour: 100 };
    // Nothing is on its list yet: it may still be made otherwise.
    await admin.call(operations.createCampaign, { body: { name: "spring", perHour: 7 } });
    expect(await admin.call(operations.createCampaign, { body })).toMatchObject({
      state: "importing",
      certificates: { total: 0 },
      window: { from: "22:00", to: "06:00" },
      mostFailed: 0.5,
    });
    expect(await codeOf(admin.call(operations.startCampaign, { params }))).toBe("campaign-empty");
    expect(await add(rows(120))).toMatchObject({ added: 120, unchanged: 0 });
    // Cut off and begun again.
    expect(await admin.call(operations.createCampaign, { body })).toMatchObject({ state: "importing" });
    expect(await codeOf(admin.call(operations.createCampaign, { body: { ...body, perHour: 9 } }))).toBe(
      "campaign-exists",
    );
    const bad = { line: 121, domain: "-bad.com", tenant: "acme" };
    expect(await add([...rows(120), bad])).toMatchObject({
      added: 0,
      unchanged: 120,
      rejected: [{ line: 121, code: "bad-label" }],
    });
    await feedFor(api, minutes(60));
    expect(await show()).toMatchObject({ certificates: { total: 120, held: 120 }, domains: 0 });
    await admin.call(operations.startCampaign, { params });
    expect(await admin.call(operations.startCampaign, { params })).toMatchObject({ domains: 120 });
    expect(await codeOf(add(rows(130)))).toBe("campaign-state");
    expect(await codeOf(admin.call(operations.createCampaign, { body }))).toBe("campaign-exists");
    // 22:00 is ten hours on; 100 an hour in eight hours of each day.
    expect(await show()).toMatchObject({
      reason: "Wave 1 of 3 is under way; its window opens at 22:00 UTC.",
      forecast: { perDay: 800, basis: "ceiling" },
    });
  });

  test.each([1, 4])(
    "covers registered domains with their www. unless it is told otherwise, %s in a certificate",
    async (packNames) => {
      await admin.call(operations.createCampaign, { body: { name: "spring", packNames } });
      const list = ["a.com", "shop.b.com", "www.c.com", "c.com", "d.com"].map((domain, n) => ({
        line: n + 1,
        domain,
        tenant: domain === "d.com" ? "other" : "acme",
      }));
      const send = (sent: typeof list, withWww?: boolean) =>
        admin.call(operations.addCampaignDomains, { params, body: { rows: sent, withWww } });
      expect(await send(list)).toEqual({ added: 4, unchanged: 1, rejected: [] });
      expect(await send(list)).toEqual({ added: 0, unchanged: 5, rejected: [] });
      const named = async () => {
        const { rows: found } = await sql<{ name: string }>`select name from domain order by name`.execute(
          api.db,
        );
        return found.map(({ name }) => name);
      };
      const usual = ["a.com", "c.com", "d.com", "shop.b.com", "www.a.com", "www.c.com", "www.d.com"];
      expect(await named()).toEqual(usual);
      expect(await send([{ line: 6, domain: "e.com", tenant: "e" }], false)).toMatchObject({ added: 1 });
      expect(await send([{ line: 7, domain: "shop.f.com", tenant: "f" }], true)).toMatchObject({ added: 1 });
      const asked = ["e.com", "shop.f.com", "www.shop.f.com"];
      expect(await named()).toEqual([...usual, ...asked].sort());
    },
  );

  test("has the CAs that it names, in their order, and gives them to its domains", async () => {
    const other = { directory: "zerossl", contact: [], termsAgreed: true };
    await admin.call(operations.addCa, { body: { name: "other", ...other } });
    const body = { name: "spring", ca: ["other", "le"] };
    expect((await admin.call(operations.createCampaign, { body })).cas).toEqual(["other", "le"]);
    await add(rows(2));
    const turned = { name: "spring", ca: ["le", "other"] };
    expect(await codeOf(admin.call(operations.createCampaign, { body: turned }))).toBe("campaign-exists");
    await admin.call(operations.startCampaign, { params });
    const domain = await admin.call(operations.showDomain, { params: { name: "site1.com" } });
    expect([domain.cas, domain.ca]).toEqual([["other", "le"], "other"]);
  });

  test("refuses what makes no sense, by name", async () => {
    const create = (more: object) =>
      admin.call(operations.createCampaign, { body: { name: "spring", ...more } });
    const faults = async (more: object) => (await problemOf(create(more))).errors?.map(({ path }) => path);
    expect(await faults({ finishBy: "2020-01-01T00:00:00Z" })).toEqual(["/finishBy"]);
    expect(await faults({ window: { from: "22:00", to: "22:00" } })).toEqual(["/window/to"]);
    expect(await faults({ window: { from: "24:00", to: "22:00" } })).toEqual(["/window/from"]);
    expect(await faults({ mostFailed: 50 })).toEqual(["/mostFailed"]);
    expect(await codeOf(create({ ca: "other" }))).toBe("ca-missing");
    expect(await codeOf(show())).toBe("not-found");
  });

  test("goes wave by wave, pauses itself, is paused, goes on elsewhere, is cancelled and reports", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring" } });
    await add(rows(250));
    await admin.call(operations.startCampaign, { params });

    // The first hundred; more than half of them fail.
    await feedFor(api, minutes(1));
    expect((await show()).certificates).toMatchObject({ waiting: 100, held: 150 });
    const domain = (name: string) => admin.call(operations.showDomain, { params: { name } });
    expect((await domain("site249.com")).reason).toContain(
      'campaign "spring", whose wave 1 of 3 is under way',
    );
    expect(await workAll(api, (_, n) => (n < 60 ? "wrong-response" : null))).toBe(100);
    await feedFor(api, minutes(1));
    const paused = await show();
    expect(paused).toMatchObject({
      state: "paused",
      reason: "60 of 100 of wave 1 failed, more than the 50 % allowed.",
      certificates: { issued: 40, failed: 60, held: 150, issuing: 0, waiting: 0 },
    });

    // Whoever resumes has seen that: wave 2 has three, and then the rest is released.
    await admin.call(operations.resumeCampaign, { params });
    await feedFor(api, minutes(1));
    expect(await workAll(api, () => null)).toBe(3);
    await feedFor(api, minutes(1));
    await planAll(api);
    expect((await show()).certificates).toMatchObject({ issuing: 147, held: 0 });

    // A worker has one already; the others are taken back, and what they had reserved is free.
    const [claimed] = await claimIssuances(api.db, { limit: 1, lease: minutes(9), now: now() });
    await admin.call(operations.pauseCampaign, { params });
    expect(await admin.call(operations.pauseCampaign, { params })).toMatchObject({
      state: "paused",
      certificates: { issuing: 1, waiting: 146 },
    });
    expect(await countLive(api)).toBe(1);
    await planAll(api);
    expect(await countLive(api)).toBe(1);
    const { rows: reserved } = await sql`
      select limit_name, sum(reserved)::int as reserved from bucket where reserved > 0 group by 1 order by 1`.execute(
      api.db,
    );
    // Those that this test has ended told the ledger nothing: 103 before, and the one that is claimed.
    expect(reserved).toContainEqual({ limit_name: "new-orders-per-account", reserved: 104 });
    expect(claimed).toBeDefined();

    // Another process goes on with it.
    await admin.call(operations.resumeCampaign, { params });
    await using other = await openDatabase({ kind: "postgresql", url: api.databaseUrl, connections: 2 });
    await feedFor(api, minutes(2), other.db);
    expect(await workAll(api, (_, n) => (n % 10 === 0 ? "dns" : null))).toBe(146);
    expect((await show()).certificates).toMatchObject({ issued: 40 + 3 + 131, issuing: 1, failed: 75 });

    await admin.call(operations.cancelCampaign, { params });
    await feedFor(api, minutes(1));
    expect(await show()).toMatchObject({
      state: "cancelled",
      certificates: { issued: 174, issuing: 1, removed: 75, held: 0, waiting: 0 },
    });
    expect(await codeOf(admin.call(operations.resumeCampaign, { params }))).toBe("campaign-state");
    expect((await admin.call(operations.reportCampaign, { params })).reasons).toMatchObject([
      { code: "wrong-response", certificates: 60 },
      { code: "dns", certificates: 15 },
    ]);
    // The order that the CA has is brought to its end.
    api.clock.ahead += minutes(10);
    expect(await workAll(api, () => null)).toBe(1);
    await feedFor(api, minutes(1));
    expect((await show()).certificates).toMatchObject({ issued: 175, removed: 75, issuing: 0 });
    const { rows: owed } = await sql`select 1 from campaign where wake_at is not null`.execute(api.db);
    expect(owed).toEqual([]);
  });

  test("reports its failures by reason, each with the sentence for its customer", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring", mostFailed: 1 } });
    await add(rows(40));
    await admin.call(operations.startCampaign, { params });
    await feedFor(api, minutes(1));
    await workAll(api, (_, n) => (n < 3 ? "caa" : n < 10 ? "dns" : null));
    const report = await admin.call(operations.reportCampaign, { params });
    expect(report.reasons).toMatchObject([
      { code: "dns", party: "customer", certificates: 7, domains: 7 },
      { code: "caa", party: "customer", certificates: 3, domains: 3 },
    ]);
    expect(report.reasons[0]?.examples).toHaveLength(3);
    const first = await admin.call(operations.listCampaignFailures, {
      params,
      query: { limit: 2, code: "caa" },
    });
    expect(first.items).toMatchObject([
      {
        code: "caa",
        tenant: "acme",
        detail: "words",
        failures: 1,
        sentence: expect.stringContaining("CAA record"),
      },
      { code: "caa" },
    ]);
    const query = { limit: 2, code: "caa", after: first.next ?? "" };
    const second = await admin.call(operations.listCampaignFailures, { params, query });
    expect([second.items.length, second.next]).toEqual([1, null]);
  });

  test("ends when each has a certificate or has failed four times", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring", mostFailed: 1 } });
    await add(rows(5));
    await admin.call(operations.startCampaign, { params });
    for (let round = 0; round < 4; round += 1) {
      api.clock.ahead += days(1);
      await feedFor(api, minutes(1));
      expect((await show()).state).toBe("running");
      await workAll(api, ({ names }) => (names[0] === "site0.com" ? "dns" : null));
    }
    await feedFor(api, minutes(11));
    expect(await show()).toMatchObject({
      state: "done",
      certificates: { issued: 4, failed: 1 },
      forecast: null,
    });
    expect(await codeOf(admin.call(operations.cancelCampaign, { params }))).toBe("campaign-state");
  });

  test("what somebody waits for leaves the list, and what is removed is not released", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring" } });
    await add(rows(4));
    await admin.call(operations.retryDomain, { params: { name: "site0.com" } });
    await admin.call(operations.removeDomain, { params: { name: "site1.com" } });
    await admin.call(operations.startCampaign, { params });
    await admin.call(operations.pauseCampaign, { params });
    expect(await workAll(api, () => null)).toBe(1);
    await admin.call(operations.resumeCampaign, { params });
    await feedFor(api, minutes(1));
    const classes: string[] = [];
    await workAll(api, ({ workClass }) => {
      classes.push(workClass);
      return null;
    });
    expect(classes).toEqual(["campaign", "campaign"]);
    expect((await show()).certificates).toMatchObject({ total: 3, issued: 2, removed: 1 });
  });

  test("what waits for a limit of its own holds up no wave", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring" } });
    const shared = rows(110).map((row) => ({ ...row, domain: `n${row.line}.shared.com` }));
    await add(shared);
    await admin.call(operations.startCampaign, { params });
    await feedFor(api, minutes(1));
    // 50 a week for one registered domain, of which a campaign leaves four to others.
    expect(await workAll(api, () => null)).toBe(46);
    expect(await show()).toMatchObject({ wave: 1, certificates: { waiting: 54, parked: 54, held: 10 } });
    await feedFor(api, minutes(1));
    expect(await show()).toMatchObject({ wave: 2, certificates: { held: 8 } });
    await planAll(api);
    await feedFor(api, minutes(1));
    expect(await show()).toMatchObject({ wave: 3, certificates: { held: 0 } });
  });

  test("a failure of the CA's own pauses nothing", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring", mostFailed: 0 } });
    await add(rows(30));
    await admin.call(operations.startCampaign, { params });
    await feedFor(api, seconds(30));
    await workAll(api, () => "ca-error");
    await feedFor(api, seconds(30));
    expect((await show()).state).toBe("running");
  });
});

describe("many processes", () => {
  test("feed a campaign at once, and each wave is released once", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring" } });
    await add(rows(300));
    await admin.call(operations.startCampaign, { params });
    await using other = await openDatabase({ kind: "postgresql", url: api.databaseUrl, connections: 4 });
    for (let second = 0; second < 5; second += 1) {
      await Promise.all([api, other, api, other].map(({ db }) => feedCampaigns(db, now())));
      api.clock.ahead += seconds(1);
    }
    const { rows: waves } = await sql`
      select wave, count(*)::int from lineage where not held group by wave`.execute(api.db);
    expect(waves).toEqual([{ wave: 1, count: 100 }]);
  });

  test("plan and claim while it is paused: once the pause is answered, none begins that was not begun", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring" } });
    await add(rows(90));
    await admin.call(operations.startCampaign, { params });
    await feedFor(api, seconds(5));
    await using other = await openDatabase({ kind: "postgresql", url: api.databaseUrl, connections: 4 });
    const seen = { isPaused: false, claimed: 0 };
    const keepOn = async ({ db }: Database): Promise<void> => {
      while (!seen.isPaused) {
        await planRound(db, { limit: 5, now: now() });
        const mine = await claimIssuances(db, { limit: 1, lease: minutes(5), now: now() });
        seen.claimed += mine.length;
      }
    };
    const pausing = async (): Promise<void> => {
      while (seen.claimed < 5) await planRound(api.db, { limit: 5, now: now() });
      await admin.call(operations.pauseCampaign, { params });
      seen.isPaused = true;
    };
    await Promise.all([keepOn(api.database), keepOn(other), pausing()]);
    expect(await countLive(api)).toBe(seen.claimed);
    await planAll(api);
    expect(await claimIssuances(api.db, { limit: 100, lease: minutes(5), now: now() })).toEqual([]);
    expect((await show()).certificates).toMatchObject({ issuing: seen.claimed, waiting: 90 - seen.claimed });
  });
});

describe("packs", () => {
  test("have rows of one tenant, and are on the list once", async () => {
    await admin.call(operations.createCampaign, { body: { name: "spring", packNames: 3 } });
    const list = [...rows(4, "a"), ...rows(7, "b").slice(4)].map((row, n) => ({ ...row, line: n + 1 }));
    expect(await add(list)).toMatchObject({ added: 7 });
    expect(await add(list)).toMatchObject({ added: 0, unchanged: 7, rejected: [] });
    const { rows: packs } = await sql`select names, tenant.name as tenant
      from lineage join tenant on tenant.id = tenant_id order by lineage.id`.execute(api.db);
    expect(packs).toEqual([
      { names: ["site0.com", "site1.com", "site2.com"], tenant: "a" },
      { names: ["site3.com"], tenant: "a" },
      { names: ["site4.com", "site5.com", "site6.com"], tenant: "b" },
    ]);
    await admin.call(operations.startCampaign, { params });
    expect(await show()).toMatchObject({
      domains: 7,
      certificates: { total: 3 },
      packing: { orders: 3, ordersSaved: 4, tenantsSharing: { most: 1 }, namesExposed: { most: 2 } },
    });
  });

  test("across tenants belong to none of them", async () => {
    const body = { name: "spring", packNames: 5, packAcrossTenants: true };
    await admin.call(operations.createCampaign, { body });
    await add([...rows(2, "a"), ...rows(4, "b").slice(2)]);
    const { rows: packs } = await sql`select cardinality(names) as names, tenant_id from lineage`.execute(
      api.db,
    );
    expect(packs).toEqual([{ names: 4, tenant_id: null }]);
  });
});
