/** A domain is changed in place: what may be asked for, by whom, and what is told of it. */
import { type Client, type DomainChange, operations } from "@certmill/api";
import { after, days } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, startFleet } from "../store/fleet.ts";
import { failDue, issueDue } from "./issue-directly.ts";
import { openTestApiOn, start, type TestApi } from "./open-test-api.ts";
import { codeOf } from "./refused.ts";

let postgres: MigratedPostgres;
let fleet: Fleet;
let api: TestApi;
let admin: Client;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
  fleet = await startFleet(postgres);
  api = await openTestApiOn(fleet.database);
  admin = await api.as("admin");
  await admin.call(operations.addCa, {
    body: { name: "second", directory: "http://second.test/dir", contact: [], termsAgreed: true },
  });
});
afterAll(async () => {
  await api[Symbol.asyncDispose]();
  await fleet[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const add = (name: string, more: { aliases?: string[]; tenant?: string } = {}) =>
  admin.call(operations.addDomain, { body: { name, ...more } });
const change = (name: string, body: DomainChange, client: Client = admin) =>
  client.call(operations.changeDomain, { params: { name }, body });

test("aliases come and go, and the timeline tells which; what is so already changes nothing", async () => {
  await add("site.example.com", { aliases: ["old.example.com"] });
  const changed = await change("old.example.com", { aliases: ["New.Example.com."], withWww: true });
  expect(changed).toMatchObject({
    name: "site.example.com",
    names: ["site.example.com", "new.example.com", "www.site.example.com"],
  });
  const told = changed.timeline.at(-1);
  expect(told).toMatchObject({
    kind: "domain.changed",
    detail: { added: ["new.example.com", "www.site.example.com"], removed: ["old.example.com"] },
  });
  expect(told?.sentence).toMatch(
    /^The domain was changed with the token ".+": added: new\.example\.com, www\.site\.example\.com; taken off: old\.example\.com\.$/,
  );
  const again = await change("site.example.com", {
    aliases: ["www.site.example.com", "new.example.com"],
    profile: null,
  });
  expect(again.timeline).toHaveLength(changed.timeline.length);
  expect(await codeOf(admin.call(operations.showDomain, { params: { name: "old.example.com" } }))).toBe(
    "not-found",
  );
  expect((await add("old.example.com")).names).toEqual(["old.example.com"]);
});

test("a name that another domain has stays there, a bad name is refused, and nothing has changed", async () => {
  await add("one.example.com");
  await add("two.example.com", { aliases: ["three.example.com"] });
  const refused = [
    [{ aliases: ["three.example.com"] }, "domain-exists"],
    [{ aliases: ["localhost"] }, "name-refused"],
    [{ aliases: ["*.one.example.com"] }, "name-refused"],
    [{ ca: "none" }, "ca-missing"],
    [{ profile: "none" }, "invalid-request"],
    [{}, "invalid-request"],
  ] satisfies [DomainChange, string][];
  for (const [body, code] of refused) expect(await codeOf(change("one.example.com", body))).toBe(code);
  const { names, timeline } = await admin.call(operations.showDomain, {
    params: { name: "one.example.com" },
  });
  expect([names, timeline.map(({ kind }) => kind)]).toEqual([["one.example.com"], ["domain.added"]]);
});

test("a CA, a profile and a challenge are set and unset", async () => {
  await add("terms.example.com");
  const set = await change("terms.example.com", {
    ca: "second",
    profile: "shortlived",
    challenge: "dns-01",
  });
  expect(set).toMatchObject({ ca: "second", profile: "shortlived", challenge: "dns-01" });
  expect(set.timeline.at(-1)?.sentence).toMatch(/: CA: second; profile: shortlived; challenge: dns-01\.$/);
  const unset = await change("terms.example.com", { ca: null, profile: null, challenge: null });
  expect(unset).toMatchObject({ profile: null, challenge: null });
  expect(unset.ca).not.toBe("second");
  expect(unset.timeline.at(-1)?.sentence).toMatch(
    /: CA: any of the pool; profile: the CA's; challenge: as is best\.$/,
  );
});

test("several CAs are set in order of preference, and it stays where it is if it may", async () => {
  const { ca } = await add("listed.example.com");
  const [before, set] = [
    await admin.call(operations.showDomain, { params: { name: "listed.example.com" } }),
    await change("listed.example.com", { ca: ["second", ca] }),
  ];
  expect([before.cas, set.cas, set.ca]).toEqual([null, ["second", ca], ca]);
  expect(set.timeline.at(-1)?.sentence).toContain(`: CA: second, ${ca}.`);
  const again = await change("listed.example.com", { ca: ["second", ca] });
  expect(again.timeline).toHaveLength(set.timeline.length);
  const other = await change("listed.example.com", { ca: [ca, "second"] });
  expect([other.cas, other.timeline.length]).toEqual([[ca, "second"], set.timeline.length + 1]);
  const only = await change("listed.example.com", { ca: "second" });
  expect([only.cas, only.ca]).toEqual([["second"], "second"]);
  expect((await change("listed.example.com", { ca: null })).cas).toBe(null);
});

test("of several CAs each must be there, and be named once; one of them must offer the profile", async () => {
  const name = "faults.example.com";
  const { ca } = await admin.call(operations.addDomain, { body: { name, ca: ["second", "test"] } });
  expect(ca).toBe("second");
  expect(await codeOf(change(name, { ca: ["second", "third"] }))).toBe("ca-missing");
  expect(await codeOf(change(name, { ca: ["second", "second"] }))).toBe("invalid-request");
  expect(await codeOf(change(name, { ca: [] }))).toBe("invalid-request");
  expect((await change(name, { ca: ["test", "second"], profile: "shortlived" })).profile).toBe("shortlived");
  expect(await codeOf(change(name, { ca: "test" }))).toBe("invalid-request");
});

test("a tenant changes its own, and one that was removed is nobody's", async () => {
  await add("own.example.com", { tenant: "acme" });
  await add("foreign.example.com", { tenant: "other" });
  const tenant = await api.as("tenant", "acme");
  const changed = await change("own.example.com", { aliases: ["www.own.example.com"] }, tenant);
  expect(changed).toMatchObject({ tenant: "acme", names: ["own.example.com", "www.own.example.com"] });
  expect(await codeOf(change("foreign.example.com", { aliases: [] }, tenant))).toBe("not-found");
  expect(await codeOf(change("own.example.com", { aliases: ["foreign.example.com"] }, tenant))).toBe(
    "domain-exists",
  );
  await admin.call(operations.removeDomain, { params: { name: "own.example.com" } });
  expect(await codeOf(change("own.example.com", { aliases: [] }))).toBe("domain-removed");
  const { items } = await admin.call(operations.listAudit, { query: { action: "changeDomain" } });
  expect(items.some(({ status, about }) => status === 200 && about === "own.example.com")).toBe(true);
});

test("of a shared certificate no name is taken, as others have it too", async () => {
  const { id } = await api.db
    .insertInto("campaign")
    .values({ name: "packed", state: "running", pack_names: 10, created_at: new Date(start) })
    .returning("id")
    .executeTakeFirstOrThrow();
  await add("packed.example.com", { aliases: ["somebody.example.net"] });
  await sql`update lineage set campaign_id = ${id} where 'packed.example.com' = any(names)`.execute(api.db);
  expect(await codeOf(change("packed.example.com", { aliases: [] }))).toBe("domain-state");
  expect((await change("packed.example.com", { challenge: "dns-01" })).challenge).toBe("dns-01");
});

test("what was given up is due at once when it is changed", async () => {
  await issueDue(api.db, start);
  await add("given-up.example.com", { aliases: ["dead.example.com"] });
  await failDue(api.db, start, { cause: "dns", retryAt: null });
  const params = { name: "given-up.example.com" };
  expect((await admin.call(operations.showDomain, { params })).state).toBe("failed");
  expect(await change(params.name, { aliases: [] })).toMatchObject({
    state: "waiting",
    failureCode: null,
    nextTryAt: new Date(start).toISOString(),
  });
  expect(await issueDue(api.db, after(start, days(0)))).toHaveLength(1);
});
