/** What the overview and the page of the objective answer on a small fleet, and who is let in to them. */
import { type Client, operations } from "@certmill/api";
import { hours, instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { knownNames, seedFleet } from "../../../../tools/seed/seed-fleet.ts";
import { takeSurvey } from "../../src/store/survey.ts";
import { signedInAs } from "./begin-directly.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";
import { codeOf } from "./refused.ts";

const lineages = 400;

let api: TestApi;
let admin: Client;
beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
  await seedFleet(api.db, { lineages, now: start });
  await takeSurvey(api.db, { every: hours(1), clock: () => start });
});
afterAll(async () => api[Symbol.asyncDispose]());

test("it counts what there is: domains by state, what ends and when, the line, edges and CAs", async () => {
  const { domains, expiries, queue, edges, cas, at } = await admin.call(operations.showOverview);
  const { rows } = await sql<{ count: number; ends: number; failing: number; queued: number }>`
    select count(*) filter (where lineage.state <> 'removed')::int as count,
      count(*) filter (where lineage.state = 'failing')::int as failing,
      (select count(*)::int from queue) as queued,
      (select count(*)::int from lineage where expires_at is not null and state not in ('removed', 'moved')) as ends
    from domain join lineage on lineage.id = lineage_id`.execute(api.db);
  expect(at).toBe(new Date(start).toISOString());
  expect(domains).toMatchObject({ asOf: at, total: rows[0]?.count, byState: { failing: rows[0]?.failing } });
  expect(expiries.days).toHaveLength(90);
  expect(expiries.days.reduce((sum, { certificates }) => sum + certificates, expiries.ended)).toBe(
    rows[0]?.ends,
  );
  const waiting = queue.classes.reduce((sum, each) => sum + each.waiting, 0);
  expect(waiting).toBe(rows[0]?.queued);
  expect(edges).toMatchObject({ total: 18, silent: 3 });
  // The silent ones first, then those that cannot take a certificate.
  expect(edges.behind.slice(0, 3).map(({ silent }) => silent)).toEqual([true, true, true]);
  expect(cas.map(({ ca, state }) => [ca, state])).toEqual([
    ["letsencrypt", "well"],
    ["zerossl", "well"],
  ]);
});

test("times of today stand beside those of a week ago, and rates by CA add up by the hour", async () => {
  const { timeToCertificate, steps, issuance } = await admin.call(operations.showOverview);
  const { today, lastWeek } = timeToCertificate.all;
  expect(today.count).toBeGreaterThan(100);
  expect(lastWeek.count).toBe(today.count);
  expect((today.p50Ms ?? 0) < (today.p95Ms ?? 0) && (today.p95Ms ?? 0) < (today.p99Ms ?? 0)).toBe(true);
  expect(steps.map(({ step }) => step)).toContain("validation");
  for (const { issued, failed, failures, hours: byHour } of issuance) {
    expect(byHour).toHaveLength(25);
    expect(byHour.slice(1).reduce((sum, hour) => sum + hour.issued, 0)).toBe(issued);
    expect(failures.reduce((sum, { count }) => sum + count, 0)).toBe(failed);
  }
});

test("what is wrong is told with what to do, the critical first", async () => {
  const { alerts } = await admin.call(operations.showOverview);
  expect(alerts.map(({ code }) => code)).toContain("edges-behind");
  const severities = alerts.map(({ severity }) => severity);
  expect(severities).toEqual(severities.toSorted());
});

test("the objective is told over 1, 7 and 30 days", async () => {
  const { objectiveSeconds, windows } = await admin.call(operations.showSlo);
  expect([objectiveSeconds, windows.map(({ days }) => days)]).toEqual([60, [1, 7, 30]]);
  for (const { all, byClass } of windows) {
    expect(all.certificates).toBe(byClass.reduce((sum, { certificates }) => sum + certificates, 0));
    expect(all.share).toBeCloseTo(all.inTime / all.certificates);
    expect(all.share).toBeGreaterThan(0.9);
  }
  const [day, week, month] = windows.map(({ all }) => all.certificates);
  expect((day ?? 0) < (week ?? 0) && (week ?? 0) < (month ?? 0)).toBe(true);
});

test("every role reads them; a tenant's token and whoever is bound to a tenant do not, and are told why", async () => {
  for (const path of ["/v1/overview", "/v1/slo"]) {
    const viewer = await signedInAs(api, { who: "vera", role: "viewer" });
    expect((await viewer.get(path)).statusCode).toBe(200);
    const bound = await signedInAs(api, { who: "tina", role: "admin", tenant: "tenant-2" });
    const refused = await bound.get(path);
    expect([refused.statusCode, refused.json().code]).toEqual([403, "role-insufficient"]);
    expect(refused.body).not.toContain(knownNames.failing);
  }
  const tenant = await api.as("tenant", "tenant-2");
  expect(await codeOf(tenant.call(operations.showOverview))).toBe("scope-insufficient");
  expect(await codeOf(tenant.call(operations.showSlo))).toBe("scope-insufficient");
  expect(await codeOf(api.client(null).call(operations.showOverview))).toBe("token-missing");
});

test("a fleet that was never counted says so", async () => {
  await using empty = await openTestApi();
  const { domains, expiries, tallied } = await (await empty.as("admin")).call(operations.showOverview);
  expect(domains).toMatchObject({ asOf: new Date(instant(0)).toISOString(), total: 0 });
  expect(expiries.days[0]?.day).toBe("2026-11-22");
  expect(Date.parse(tallied.since)).toBeLessThanOrEqual(Date.parse(tallied.until));
});
