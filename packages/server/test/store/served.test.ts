/** When a certificate counts as served: by one, by most or by all of its group's edges that are alive. */
import { type Client, operations } from "@certmill/api";
import { instant } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Metrics } from "../../src/observe/metrics.ts";
import { timestamp } from "../../src/store/database.ts";
import { recordReceipts } from "../../src/store/write/receipts.ts";
import { settleServed } from "../../src/store/write/settle-served.ts";
import { issueDue } from "../http/issue-directly.ts";
import { openTestApi, start, type TestApi } from "../http/open-test-api.ts";

let api: TestApi;
let admin: Client;
let edge: Client;
const edges = ["e1", "e2", "e3"];

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
  edge = await api.as("edge", "default");
  await admin.call(operations.addCa, {
    body: { name: "sim", directory: "http://ca.test/dir", contact: [], termsAgreed: true },
  });
  await admin.call(operations.addDomain, { body: { name: "before.example.com" } });
  await issueDue(api.db, start);
  await seen(...edges);
});
afterAll(async () => api[Symbol.asyncDispose]());

const now = () => instant(start + api.clock.ahead);
const show = async (name: string) => admin.call(operations.showDomain, { params: { name } });

async function seen(...names: string[]): Promise<void> {
  for (const name of names) await edge.call(operations.edgeSnapshot, { query: { edge: name } });
}

async function stored(name: string): Promise<void> {
  await admin.call(operations.addDomain, { body: { name } });
  await issueDue(api.db, now());
}

async function says(by: string, name: string, error: string | null = null): Promise<void> {
  const { items } = await edge.call(operations.edgeSnapshot, { query: { limit: 1_000 } });
  const item = items.find(({ names }) => names[0] === name);
  if (item === undefined) throw new Error(`Nobody is to serve ${name}.`);
  const { lineageId, certificateId } = item;
  const servedAt = new Date(now()).toISOString();
  await edge.call(operations.sendReceipts, {
    body: { edge: by, receipts: [{ lineageId, certificateId, servedAt, error }] },
  });
}

const rule = (servedWhen: "any" | "quorum" | "all") =>
  admin.call(operations.setEdgeGroup, { params: { name: "default" }, body: { servedWhen } });

test("a group without edges has nothing to wait for", async () => {
  expect((await show("before.example.com")).state).toBe("active");
});

test.each([
  ["any", ["e2"]],
  ["quorum", ["e2", "e1"]],
  ["all", ["e3", "e1", "e2"]],
] as const)("%s: active with the last of so many receipts, and told once", async (servedWhen, needed) => {
  await rule(servedWhen);
  const name = `${servedWhen}.example.com`;
  await stored(name);
  await seen(...edges);
  await says("e1", name, "disk full");
  for (const by of needed) {
    expect((await show(name)).state).toBe("delivering");
    await says(by, name);
  }
  for (const by of edges) await says(by, name);
  const { state, timeline } = await show(name);
  expect(state).toBe("active");
  expect(
    timeline.filter(({ kind }) => kind === "certificate.served").map(({ detail }) => detail),
  ).toMatchObject([{ rule: servedWhen, edges: 3 }]);
});

test("how long it is since the CA issued is measured with the receipt that fulfils the rule, and with no other", async () => {
  await rule("quorum");
  const name = "measured.example.com";
  await stored(name);
  const { rows } = await sql<{ lineage_id: string; certificate_id: string; edge_group_id: string }>`
    with issued as (
      select lineage.id as lineage_id, lineage.certificate_id, lineage.edge_group_id, certificate.issuance_id
      from lineage join certificate on certificate.id = lineage.certificate_id where lineage.names[1] = ${name}
    ), finalized as (
      insert into event (at, kind, lineage_id, issuance_id, detail)
      select ${timestamp(instant(now() - 4_000))}, 'finalized', lineage_id, issuance_id, '{}' from issued
    )
    select lineage_id, certificate_id, edge_group_id from issued`.execute(api.db);
  const [issued] = rows;
  if (issued === undefined) throw new Error("It was not issued.");
  const metrics = new Metrics();
  const receipt = { lineageId: issued.lineage_id, certificateId: issued.certificate_id, servedAt: now() };
  for (const by of ["e1", "e2", "e3"]) {
    const [told] = await recordReceipts(api.db, {
      edgeGroupId: issued.edge_group_id,
      edge: { id: await edgeId(by), name: by },
      receipts: [{ ...receipt, error: null }],
      now: now(),
    });
    if (told === undefined) throw new Error("The receipt told nothing.");
    expect(told.served?.sinceIssued ?? null, by).toBe(by === "e2" ? 4_000 : null);
    metrics.delivered(told);
  }
  const text = await metrics.text();
  expect(text).toContain(`certmill_issued_to_served_seconds_sum{edge_group="default"} 4\n`);
  expect(text).toContain(`certmill_issued_to_served_seconds_count{edge_group="default"} 1\n`);
});

async function edgeId(name: string): Promise<string> {
  const { rows } = await sql<{ id: string }>`select id from edge where name = ${name}`.execute(api.db);
  return rows[0]?.id ?? "";
}

test("two edges' receipts at once do not miss each other", async () => {
  await rule("all");
  await stored("once.example.com");
  await Promise.all(edges.map((by) => says(by, "once.example.com")));
  expect((await show("once.example.com")).state).toBe("active");
});

test("an edge that is dead for long, or removed, holds nothing back", async () => {
  await rule("all");
  await stored("dead.example.com");
  await says("e1", "dead.example.com");
  await says("e2", "dead.example.com");
  expect((await show("dead.example.com")).state).toBe("delivering");
  expect(await settleServed(api.db, { edgeGroupId: null, now: now() })).toBe(0);
  api.clock.ahead += 16 * 60_000;
  await seen("e1", "e2");
  expect(await settleServed(api.db, { edgeGroupId: null, now: now() })).toBe(1);
  expect((await show("dead.example.com")).state).toBe("active");
  await seen("e3");
  await stored("removed.example.com");
  await says("e1", "removed.example.com");
  await says("e2", "removed.example.com");
  const { items } = await admin.call(operations.listEdges, { query: { name: "e3" } });
  await admin.call(operations.removeEdge, { params: { id: items[0]?.id ?? "" } });
  expect((await show("removed.example.com")).state).toBe("active");
});

test("a rule that asks for less is fulfilled at once; edges that are all dead are waited for", async () => {
  await rule("all");
  await stored("less.example.com");
  await says("e1", "less.example.com");
  expect((await show("less.example.com")).state).toBe("delivering");
  await rule("any");
  expect((await show("less.example.com")).state).toBe("active");
  await stored("dark.example.com");
  api.clock.ahead += 16 * 60_000;
  await rule("all");
  expect((await show("dark.example.com")).state).toBe("delivering");
  await says("e1", "dark.example.com");
  expect((await show("dark.example.com")).state).toBe("active");
});
