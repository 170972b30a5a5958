/** One thing done for many domains: counted, done bit by bit, gone on with after a crash. */
import { operations } from "@certmill/api";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stepDomainAction } from "../../src/store/domain-actions.ts";
import { interceptedDb } from "../intercepted-db.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";

let api: TestApi;

beforeEach(async () => {
  api = await openTestApi();
  await sql`
    insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
    values ('ca', 'https://ca.test', 'public', 1, true, now())`.execute(api.db);
  await sql`
    with begun as (
      insert into lineage (ca_id, edge_group_id, names, key_type, state, wanted_at, created_at, failure_code, failing_since)
      select 1, 1, array['n' || n || '.example', 'www.n' || n || '.example'], 'p256', case when n <= 120 then 'failed' else 'waiting' end, now(), now(),
        case when n <= 120 then 'caa' end, case when n <= 120 then now() end
      from generate_series(1, 130) n returning id, names
    ) insert into domain (name, lineage_id, created_at) select unnest(names), id, now() from begun`.execute(
    api.db,
  );
});
afterEach(async () => api[Symbol.asyncDispose]());

const failed = { state: "failed", failure: "caa" } as const;

test("a dry run counts and changes nothing, and more than was counted is refused", async () => {
  const client = await api.as("admin");
  const body = { action: "retry", filter: failed } as const;
  expect(await client.call(operations.createDomainAction, { body: { ...body, dryRun: true } })).toMatchObject(
    {
      dryRun: true,
      certificates: 120,
      domains: 240,
    },
  );
  await expect(
    client.call(operations.createDomainAction, { body: { ...body, atMost: 119 } }),
  ).rejects.toMatchObject({ code: "more-than-expected" });
  await expect(
    client.call(operations.createDomainAction, { body: { action: "remove", filter: {} } }),
  ).rejects.toMatchObject({ code: "invalid-request" });
  expect(await stepDomainAction(api.db, start)).toBe(false);
});

test("it is done for each once, also where a process dies in between", async () => {
  const client = await api.as("admin");
  const action = await client.call(operations.createDomainAction, {
    body: { action: "retry", filter: failed, atMost: 120 },
  });
  if (action.dryRun) throw new Error("It was counted only.");
  let commits = 0;
  const dying = interceptedDb(api.db, async (statement, run) => {
    if (statement.sql.includes("update domain_action")) {
      commits += 1;
      if (commits % 2 === 1) throw new Error("killed");
    }
    return run(statement);
  });
  for (let more = true; more; ) more = await stepDomainAction(dying, start).catch(() => true);
  expect(await client.call(operations.showDomainAction, { params: { id: action.id } })).toMatchObject({
    state: "done",
    done: 120,
    skipped: 0,
    certificates: 120,
  });
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from event where kind = 'domain.retried' group by lineage_id`.execute(
    api.db,
  );
  expect(rows.map(({ count }) => count)).toEqual(Array.from({ length: 120 }, () => 1));
});

test("pause and resume, what is so already is skipped, and what is cancelled ends", async () => {
  const client = await api.as("admin");
  const names = ["n1.example", "www.n1.example", "n125.example"];
  const run = async (action: "pause" | "resume") => {
    const begun = await client.call(operations.createDomainAction, { body: { action, filter: { names } } });
    while (await stepDomainAction(api.db, start));
    return client.call(operations.showDomainAction, { params: { id: "id" in begun ? begun.id : "" } });
  };
  const show = (name: string) => client.call(operations.showDomain, { params: { name } });
  expect(await run("pause")).toMatchObject({ done: 2, skipped: 0 });
  expect(await show("n125.example")).toMatchObject({ state: "paused", nextTryAt: null });
  expect((await show("n125.example")).reason).toContain("nothing is ordered for it until it is resumed");
  expect(await run("pause")).toMatchObject({ done: 0, skipped: 2 });
  expect(await run("resume")).toMatchObject({ done: 2, skipped: 0 });
  expect(await show("n125.example")).toMatchObject({ state: "waiting" });
  const last = await client.call(operations.createDomainAction, {
    body: { action: "remove", filter: failed },
  });
  const id = "id" in last ? last.id : "";
  expect(await client.call(operations.cancelDomainAction, { params: { id } })).toMatchObject({
    state: "cancelled",
  });
  expect(await stepDomainAction(api.db, start)).toBe(false);
});
