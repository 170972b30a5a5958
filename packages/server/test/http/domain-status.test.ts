/** How a domain stands, for a customer's browser: its tenant's alone, from the panel's pages alone, not too often. */
import { operations } from "@certmill/api";
import { sql } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashBearerToken } from "../../src/http/caller/bearer-token.ts";
import { insertToken } from "../../src/store/write/tokens.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";

let api: TestApi;
const token = "panel-token";

beforeEach(async () => {
  api = await openTestApi({ corsOrigins: ["https://panel.example"] });
  for (const tenant of ["acme", "other"]) {
    const row = {
      name: tenant,
      hash: hashBearerToken(tenant === "acme" ? token : tenant),
      scope: "status",
      tenant,
    } as const;
    await insertToken(api.db, { ...row, edgeGroup: null, expiresAt: null }, start);
  }
  await sql`
    insert into ca (name, directory_url, name_policy, max_orders_in_flight, is_default, created_at)
    values ('ca', 'https://ca.test', 'public', 1, true, now())`.execute(api.db);
  await sql`
    with begun as (
      insert into lineage (tenant_id, ca_id, edge_group_id, names, key_type, state, wanted_at, created_at, failure_code, failing_since)
      select id, 1, 1, array['shop.' || name || '.example'], 'p256', 'waiting', now(), now(), 'caa', now() from tenant
      returning id, names
    ) insert into domain (name, lineage_id, created_at) select names[1], id, now() from begun`.execute(
    api.db,
  );
});
afterEach(async () => api[Symbol.asyncDispose]());

test("its own tenant's, and nothing else", async () => {
  const client = api.client(token);
  const status = await client.call(operations.showDomainStatus, { params: { name: "shop.acme.example" } });
  expect(status).toMatchObject({ works: false, state: "action-needed" });
  expect(status.change).toMatch(/CAA/);
  await expect(
    client.call(operations.showDomainStatus, { params: { name: "shop.other.example" } }),
  ).rejects.toMatchObject({ code: "not-found" });
  await expect(client.call(operations.listDomains)).rejects.toMatchObject({ code: "scope-insufficient" });
});

const ask = (origin: string, method: "GET" | "OPTIONS" = "GET") =>
  api.app.inject({
    method,
    url: "/v1/domains/shop.acme.example/status",
    headers: { origin, authorization: `Bearer ${token}` },
  });

test("from the panel's pages", async () => {
  const answer = await ask("https://panel.example");
  expect(answer.headers).toMatchObject({
    "access-control-allow-origin": "https://panel.example",
    "cache-control": "private, max-age=10",
  });
  expect((await ask("https://panel.example", "OPTIONS")).headers["access-control-allow-headers"]).toBe(
    "Authorization",
  );
  expect((await ask("https://evil.example")).headers["access-control-allow-origin"]).toBeUndefined();
  const other = await api.app.inject({ url: "/v1/domains", headers: { origin: "https://panel.example" } });
  expect(other.headers["access-control-allow-origin"]).toBeUndefined();
});

test("not too often, and again later", async () => {
  const statuses: number[] = [];
  for (let asked = 0; asked < 101; asked += 1) statuses.push((await ask("https://panel.example")).statusCode);
  expect(statuses.slice(0, 100).every((status) => status === 200)).toBe(true);
  expect(statuses.at(-1)).toBe(429);
  expect((await ask("https://panel.example")).headers["retry-after"]).toBe("1");
  api.clock.ahead += 1_000;
  expect((await ask("https://panel.example")).statusCode).toBe(200);
});
