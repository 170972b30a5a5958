import { type CaChange, type Client, type NewCa, operations } from "@certmill/api";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";
import { codeOf, problemOf } from "./refused.ts";

let api: TestApi;
let admin: Client;

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
});
afterAll(async () => api[Symbol.asyncDispose]());

const add = (name: string, more: Partial<NewCa> = {}) =>
  admin.call(operations.addCa, {
    body: { name, directory: "http://ca.test/dir", contact: [], termsAgreed: true, ...more },
  });

const change = (name: string, body: CaChange) => admin.call(operations.changeCa, { params: { name }, body });

const weights = async () => {
  const { items } = await admin.call(operations.listCas);
  return items.map(({ name, weight, default: isDefault }) => [name, weight, isDefault]);
};

const strand = (name: string) =>
  sql`
    with gone as (delete from queue), resting as (
      update lineage set failure_code = 'no-ca', state = 'failed', wake_at = null where names[1] = ${name}
    ) update planner set wake_at = null`.execute(api.db);

const isDue = async (name: string): Promise<boolean> => {
  const { rows } = await sql<{ due: boolean }>`
    select lineage.wake_at is not null and planner.wake_at is not null as due
    from lineage, planner where names[1] = ${name}`.execute(api.db);
  return rows[0]?.due ?? false;
};

test("a CA's terms are what was given, else what is known of it", async () => {
  expect(await codeOf(add("le", { directory: "letsencrypt", weight: 0 }))).toBe("invalid-request");
  expect(await add("le", { directory: "letsencrypt" })).toMatchObject({
    weight: 100,
    limits: "letsencrypt",
    caaIdentities: ["ca.test"],
    state: "well",
    stateUntil: null,
  });
  expect(await add("z", { directory: "zerossl" })).toMatchObject({
    directory: "https://acme.zerossl.com/v2/DV90",
    weight: 0,
    limits: "zerossl",
  });
  const given = { weight: 30, limits: "letsencrypt", caaIdentities: ["own.test"] } as const;
  expect(await add("own", { ...given, caaIdentities: ["own.test"] })).toMatchObject(given);
});

test("the weight of 100 goes with being the default; one that was given stays", async () => {
  await change("own", { default: true });
  expect(await weights()).toEqual([
    ["le", 0, false],
    ["own", 30, true],
    ["z", 0, false],
  ]);
  await change("z", { default: true });
  expect(await weights()).toEqual([
    ["le", 0, false],
    ["own", 30, false],
    ["z", 100, true],
  ]);
  await change("z", { default: true, weight: 5 });
  await add("new", { default: true });
  expect(await weights()).toEqual([
    ["le", 0, false],
    ["new", 100, true],
    ["own", 30, false],
    ["z", 5, false],
  ]);
});

test("what is not given stays", async () => {
  const before = (await admin.call(operations.listCas)).items.find(({ name }) => name === "own");
  expect(await change("own", { maxOrdersInFlight: 7 })).toEqual({ ...before, maxOrdersInFlight: 7 });
  expect(await change("own", { profile: "shortlived" })).toMatchObject({ profile: "shortlived" });
  expect(await change("own", { profile: null })).toMatchObject({ profile: null });
  expect(await change("own", { limits: "none", caaIdentities: [] })).toMatchObject({
    limits: "none",
    caaIdentities: [],
    maxOrdersInFlight: 7,
  });
  expect(await codeOf(change("own", {}))).toBe("invalid-request");
  expect(await codeOf(change("owm", { weight: 1 }))).toBe("not-found");
});

test("orders ask for a profile that the CA offers", async () => {
  const profiles = ["classic", "shortlived"];
  expect(await change("own", { profile: "shortlived" })).toMatchObject({ profile: "shortlived", profiles });
  expect(await change("own", { weight: 30 })).toMatchObject({ profile: "shortlived" });
  const { errors } = await problemOf(change("own", { profile: "weekly" }));
  expect(errors?.[0]).toMatchObject({
    path: "/profile",
    message: '"own" offers no such profile. It has: classic, shortlived.',
  });
  expect(await codeOf(add("other", { directory: "zerossl", profile: "weekly" }))).toBe("invalid-request");
  expect(await change("own", { profile: null })).toMatchObject({ profile: null });
});

test("some CA has to have a weight", async () => {
  for (const name of ["own", "z"]) await change(name, { weight: 0 });
  const { errors } = await problemOf(change("new", { weight: 0 }));
  expect(errors?.[0]).toMatchObject({
    path: "/weight",
    message: expect.stringMatching(/no CA has a weight/),
  });
  expect((await weights()).find(([name]) => name === "new")).toEqual(["new", 100, true]);
});

test("domains that no CA may have stand in line again when the CAs change", async () => {
  await admin.call(operations.addDomain, { body: { name: "rests.example.com" } });
  for (const act of [() => change("z", { weight: 1 }), () => add("another")]) {
    await strand("rests.example.com");
    expect(await isDue("rests.example.com")).toBe(false);
    await act();
    expect(await isDue("rests.example.com")).toBe(true);
  }
});

test("a CA says how it is", async () => {
  const states = async () => {
    const { items } = await admin.call(operations.listCas);
    return items.flatMap(({ name, state, stateUntil }) =>
      state === "well" ? [] : [[name, state, stateUntil]],
    );
  };
  expect(await states()).toEqual([]);
  const until = new Date(start + 60_000);
  const health = JSON.stringify({ state: "open", openUntil: start + 30_000 });
  await sql`update ca set slow_until = ${until} where name = 'le'`.execute(api.db);
  await sql`update ca set health = ${health} where name = 'z'`.execute(api.db);
  expect(await states()).toEqual([
    ["le", "slow", until.toISOString()],
    ["z", "failing", new Date(start + 30_000).toISOString()],
  ]);
  await sql`update ca set slow_until = ${new Date(start)}, health = '{}'`.execute(api.db);
  expect(await states()).toEqual([]);
});

test("a tenant's domains may be kept to some CAs, in an order", async () => {
  const set = (name: string, cas: string[] | null) =>
    admin.call(operations.setTenant, { params: { name }, body: { cas } });
  expect(await set("acme", ["z", "le"])).toMatchObject({ name: "acme", cas: ["z", "le"] });
  expect(await codeOf(set("acme", ["z", "le", "z"]))).toBe("invalid-request");
  expect(await set("globex", null)).toMatchObject({ name: "globex", cas: null });
  expect((await problemOf(set("initech", ["zz"]))).detail).toMatch(
    /no CA "zz"; there are: another, le, new,/,
  );
  expect(await codeOf(set("initech", []))).toBe("invalid-request");
  const { items, next } = await admin.call(operations.listTenants, { query: { limit: 1 } });
  const rest = await admin.call(operations.listTenants, { query: { after: next ?? "" } });
  expect([...items, ...rest.items].map(({ name, cas }) => [name, cas])).toEqual([
    ["acme", ["z", "le"]],
    ["globex", null],
  ]);
  const tenant = await api.as("tenant", "acme");
  expect(await codeOf(tenant.call(operations.listTenants))).toBe("scope-insufficient");
});

test("a tenant's domains in line join it anew when the tenant's CAs change, but for those that name theirs", async () => {
  for (const ca of [undefined, "z"] as const) {
    await admin.call(operations.addDomain, {
      body: { name: `${ca ?? "any"}.example.net`, tenant: "acme", ...(ca === undefined ? {} : { ca }) },
    });
  }
  await sql`
    with lane as (insert into lane (class) values ('interactive') returning id)
    insert into queue (lineage_id, lane_id, turn, queued_at)
    select lineage.id, lane.id, 0, lineage.created_at from lineage, lane where names[1] like '%.example.net'`.execute(
    api.db,
  );
  await sql`update lineage set wake_at = null, ca_ids = case when names[1] = 'z.example.net' then array[ca_id] end`.execute(
    api.db,
  );
  await admin.call(operations.setTenant, { params: { name: "acme" }, body: { cas: null } });
  expect([await isDue("any.example.net"), await isDue("z.example.net")]).toEqual([true, false]);
});
