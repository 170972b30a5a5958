import { type Client, type DnsAccess, type NewDnsProvider, operations } from "@certmill/api";
import { after, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { holdRecordName, intendTestRecord, isStillWanted } from "../../src/store/dns/dns-records.ts";
import { findNamesInZones, findZone } from "../../src/store/dns/dns-zones.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";
import { codeOf } from "./refused.ts";

let api: TestApi;
let admin: Client;

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
  const body = { name: "sim", directory: "http://ca.test/dir", contact: [], termsAgreed: true };
  await admin.call(operations.addCa, { body });
});
afterAll(async () => api[Symbol.asyncDispose]());

const access: DnsAccess = { kind: "cloudflare", apiToken: "a-secret-token" };
const add = (name: string, zones: string[], more: Partial<NewDnsProvider> = {}) =>
  admin.call(operations.addDnsProvider, { body: { name, zones, access, ...more } });
const domain = (name: string) => admin.call(operations.addDomain, { body: { name, aliases: [`*.${name}`] } });

test("without a provider a wildcard is refused", async () => {
  expect(await codeOf(domain("early.example.com"))).toBe("name-refused");
});

test("a provider is stored and listed, and its secret is shown nowhere", async () => {
  const added = await add("cf", ["Example.COM.", "sub.example.com"], { wildcardsOnly: true });
  expect(added).toMatchObject({
    kind: "cloudflare",
    zones: ["example.com", "sub.example.com"],
    delegationZone: null,
    wildcardsOnly: true,
    settings: {},
    records: { wanted: 0, toRemove: 0, fault: null },
  });
  const listed = await admin.call(operations.listDnsProviders);
  expect(JSON.stringify([added, listed])).not.toContain("a-secret-token");
  const { rows } = await sql<{ text: string }>`
    select dns_provider::text || coalesce(settings::text, '') as text from dns_provider`.execute(api.db);
  expect(JSON.stringify(rows)).not.toContain("a-secret-token");
});

test.each<[string, Promise<unknown> | (() => Promise<unknown>), string]>([
  ["a name that is taken", () => add("cf", ["free.test"]), "dns-provider-exists"],
  ["a zone that another has", () => add("two", ["free.test", "example.com"]), "dns-zone-taken"],
  ["a wildcard as a zone", () => add("two", ["*.free.test"]), "invalid-request"],
  [
    "half of a TSIG key",
    () => add("two", ["free.test"], { access: { kind: "rfc2136", server: "192.0.2.53", keyName: "k" } }),
    "invalid-request",
  ],
  [
    "a program with a way to it",
    () => add("two", ["free.test"], { access: { kind: "exec", program: "../sh" } }),
    "invalid-request",
  ],
])("%s is refused", async (_, call, code) => {
  expect(await codeOf(typeof call === "function" ? call() : call)).toBe(code);
  expect((await admin.call(operations.listDnsProviders)).items).toHaveLength(1);
});

test("a name is in the longest zone that it is at or under, and never in one that only ends alike", async () => {
  expect(await findZone(api.db, "_acme-challenge.a.sub.example.com")).toBe("sub.example.com");
  expect(await findZone(api.db, "example.com")).toBe("example.com");
  expect(await findZone(api.db, "notexample.com")).toBe(null);
  // The zones' provider is for wildcards only.
  expect(await findNamesInZones(api.db, ["a.example.com"])).toEqual(new Set());
});

test("a wildcard in no zone is told where its CNAME is to lead, one in a zone needs none", async () => {
  expect((await domain("shop.example.org")).delegations).toEqual([
    { name: "_acme-challenge.shop.example.org", target: null },
  ]);
  const proofs = await add("proofs", ["acme.example.net"], { delegations: true });
  expect(proofs.delegationZone).toBe("acme.example.net");
  expect(await codeOf(add("more", ["more.example.net"], { delegations: true }))).toBe("dns-zone-taken");
  const shown = await admin.call(operations.showDomain, { params: { name: "*.shop.example.org" } });
  expect(shown.delegations).toEqual([
    { name: "_acme-challenge.shop.example.org", target: "shop.example.org.acme.example.net" },
  ]);
  expect((await domain("a.example.com")).delegations).toEqual([]);
});

test("while it has records it is removed only with the word to forget them", async () => {
  const record = { zone: "acme.example.net", name: "x.acme.example.net", text: "text" };
  await intendTestRecord(api.db, record, { now: start, removeAt: start });
  const remove = (forget: boolean) =>
    admin.call(operations.removeDnsProvider, { params: { name: "proofs" }, query: { forget } });
  expect(await codeOf(remove(false))).toBe("dns-provider-in-use");
  expect((await remove(true)).records.toRemove).toBe(1);
  expect(await codeOf(remove(true))).toBe("not-found");
  const left = sql`select from dns_record union all select from dns_zone where name = 'acme.example.net'`;
  expect((await left.execute(api.db)).rows).toEqual([]);
});

test("a name is held by one at a time, and by another once the time of one that died is up", async () => {
  const { db } = api;
  const lease = seconds(60);
  const hold = await holdRecordName(db, "n.test", { lease, now: start });
  expect(hold).not.toBeNull();
  expect(await holdRecordName(db, "n.test", { lease, now: after(start, seconds(59)) })).toBeNull();
  const next = await holdRecordName(db, "n.test", { lease, now: after(start, lease) });
  expect(next).not.toBeNull();
  // The first comes back late: what is held by another now is not its to give back.
  await hold?.[Symbol.asyncDispose]();
  expect(await holdRecordName(db, "n.test", { lease, now: after(start, lease) })).toBeNull();
  await next?.[Symbol.asyncDispose]();
  expect(await holdRecordName(db, "n.test", { lease, now: after(start, lease) })).not.toBeNull();
});

test("a text that a second order wants, too, stays when the first is done with it", async () => {
  const record = { zone: "example.com", name: "_acme-challenge.example.com", text: "same" };
  const [first, second] = [
    await intendTestRecord(api.db, record, { now: start, removeAt: start }),
    await intendTestRecord(api.db, record, { now: start, removeAt: start }),
  ];
  expect(await isStillWanted(api.db, { id: first, ...record })).toBe(false);
  await sql`update dns_record set remove_at = null where id = ${second}`.execute(api.db);
  expect(await isStillWanted(api.db, { id: first, ...record })).toBe(true);
});
