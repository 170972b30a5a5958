/** What comes of handshakes for names that an edge has nothing for. */
import { type Client, operations } from "@certmill/api";
import { hours, instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { issueDue } from "./issue-directly.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";

let api: TestApi;
let admin: Client;
let edge: Client;
let other: Client;

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
  edge = await api.as("edge", "default");
  other = await api.as("edge", "elsewhere");
  await admin.call(operations.addCa, {
    body: { name: "sim", directory: "http://ca.test/dir", contact: [], termsAgreed: true },
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const demand = (name: string, client = edge) =>
  client.call(operations.demandCertificate, { body: { name, edge: "edge-1" } });
const kind = async (name: string, client = edge) => (await demand(name, client)).kind;
const now = () => instant(start + api.clock.ahead);

/** Adds domains whose turn is far away, as in a campaign. */
async function addWaiting(...names: readonly string[]): Promise<void> {
  for (const name of names) await admin.call(operations.addDomain, { body: { name } });
  await api.db
    .updateTable("lineage")
    .set({ wake_at: new Date(start + hours(1_000)) })
    .where("state", "=", "waiting")
    .execute();
}

async function planned(): Promise<number> {
  const round = await planRound(api.db, { limit: 10, now: now() });
  return round.kind === "planned" ? round.orders : 0;
}

const timeline = async (name: string) => {
  const { timeline: events } = await admin.call(operations.showDomain, { params: { name } });
  return events.map((event) => event.kind);
};

test("a name that is served is told with its certificate; a wildcard serves the names under it", async () => {
  await admin.call(operations.addDomain, { body: { name: "held.example.com" } });
  await issueDue(api.db, now());
  expect(await demand("held.example.com")).toMatchObject({
    kind: "served",
    certificate: { names: ["held.example.com"], certificateId: expect.any(String) },
  });
  expect(await demand("HELD.example.com")).toMatchObject({ kind: "served" });
  const { lineage_id } = await api.db.selectFrom("domain").select("lineage_id").executeTakeFirstOrThrow();
  await api.db
    .insertInto("domain")
    .values({ name: "*.wild.example.com", lineage_id, created_at: new Date(now()) })
    .execute();
  expect(await kind("any.wild.example.com")).toBe("served");
  expect(await kind("wild.example.com")).toBe("unknown");
});

test("a name that nobody added, or that is another edge group's, is unknown, and nothing is stored for it", async () => {
  for (const name of ["nobody.example.net", "www.www.held.example.com", "xn--", "a..b", "*", "[::1]"]) {
    expect(await kind(name), name).toBe("unknown");
  }
  expect(await kind("held.example.com", other)).toBe("unknown");
  expect(await api.db.selectFrom("demand").selectAll().execute()).toEqual([]);
});

test("a domain whose turn is far away is begun at once, once, whoever else asks", async () => {
  await addWaiting("new.example.com");
  expect(await planned()).toBe(0);
  expect(await Promise.all(Array.from({ length: 20 }, () => kind("new.example.com")))).toEqual(
    Array.from({ length: 20 }, () => "begun"),
  );
  const counted = await api.db.selectFrom("demand").select(["registered_domain", "begun"]).execute();
  expect(counted).toEqual([{ registered_domain: "example.com", begun: 1 }]);
  expect((await timeline("new.example.com")).filter((k) => k === "domain.demanded")).toHaveLength(1);
  expect(await planned()).toBe(1);
});

test("only so many are begun for a registered domain in an hour", async () => {
  const names = Array.from({ length: 25 }, (_, i) => `n${i}.flood.example.org`);
  await addWaiting(...names);
  const kinds = [];
  for (const name of names) kinds.push(await kind(name));
  expect(kinds.filter((k) => k === "begun")).toHaveLength(20);
  expect(kinds.slice(20)).toEqual(Array.from({ length: 5 }, () => "waiting"));
  api.clock.ahead += hours(1);
  expect(await kind("n24.flood.example.org")).toBe("begun");
});

test("that a wildcard is for a name is told apart from the domain of that name", async () => {
  await addWaiting("first.example.net", "own.covered.example.net");
  await api.db
    .insertInto("domain")
    .columns(["name", "lineage_id", "created_at"])
    .expression((eb) =>
      eb
        .selectFrom("domain")
        .select([sql<string>`'*.covered.example.net'`.as("name"), "lineage_id", "created_at"])
        .where("name", "=", "first.example.net"),
    )
    .execute();
  expect(await demand("any.covered.example.net")).toMatchObject({ kind: "begun", coveredBy: "wildcard" });
  expect(await demand("own.covered.example.net")).toMatchObject({ kind: "begun", coveredBy: "name" });
  expect(await demand("nobody.example.net")).toEqual({ kind: "unknown", certificate: null });
});

test("one that fails is not hastened", async () => {
  await addWaiting("dead.example.com");
  await api.db
    .updateTable("lineage")
    .set({ failures: 2 })
    .where(sql<boolean>`names = '{dead.example.com}'`)
    .execute();
  expect(await kind("dead.example.com")).toBe("waiting");
});
