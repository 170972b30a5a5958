import { type Client, type EdgeChange, operations, pages } from "@certmill/api";
import { seconds } from "@certmill/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { listEdgeLags } from "../../src/store/read/status.ts";
import { issueDue } from "./issue-directly.ts";
import { openTestApi, openTestApiOn, start, type TestApi } from "./open-test-api.ts";
import { codeOf } from "./refused.ts";

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
  const rows = ["a", "b", "c", "d", "e"].map((name, i) => ({ line: i + 1, domain: `${name}.example.com` }));
  await admin.call(operations.addDomainBatch, { body: { rows } });
  await issueDue(api.db, start);
});
afterAll(async () => api[Symbol.asyncDispose]());

const told = (changes: readonly EdgeChange[]) => changes.map(({ kind, names }) => `${kind} ${names[0]}`);

async function snapshot(client: Client) {
  const all: { names: string[]; certificateId: string; lineageId: string }[] = [];
  const cursors = new Set<string>();
  for await (const page of pages(client, operations.edgeSnapshot, { query: { limit: 2 } })) {
    all.push(...page.items);
    cursors.add(page.cursor);
  }
  return { all, cursors: [...cursors] };
}

test("a snapshot has everything of the group once, and one cursor", async () => {
  const { all, cursors } = await snapshot(edge);
  expect(all.map(({ names }) => names[0])).toEqual(["a", "b", "c", "d", "e"].map((n) => `${n}.example.com`));
  expect(cursors).toHaveLength(1);
  expect((await snapshot(other)).all).toEqual([]);
});

test("the feed goes on from the snapshot: what is new, then what is removed, each once", async () => {
  const { cursor } = await edge.call(operations.edgeSnapshot);
  expect((await edge.call(operations.edgeFeed, { query: { after: cursor } })).changes).toEqual([]);
  const waiting = edge.call(operations.edgeFeed, { query: { after: cursor, wait: 30, edge: "edge-1" } });
  await admin.call(operations.addDomain, { body: { name: "new.example.com", aliases: ["neu.example.com"] } });
  await issueDue(api.db, start);
  const first = await waiting;
  expect(told(first.changes)).toEqual(["put new.example.com"]);
  await admin.call(operations.removeDomain, { params: { name: "neu.example.com" } });
  const second = await edge.call(operations.edgeFeed, { query: { after: first.cursor, wait: 5 } });
  expect(second.changes).toMatchObject([
    { kind: "remove", names: ["new.example.com", "neu.example.com"], certificateId: null },
  ]);
  const third = await edge.call(operations.edgeFeed, { query: { after: second.cursor } });
  expect(third.changes).toEqual([]);
  expect((await other.call(operations.edgeFeed, { query: { after: cursor } })).changes).toEqual([]);
});

test("one who is behind gets each lineage once, in its newest state", async () => {
  const { cursor } = await edge.call(operations.edgeSnapshot);
  await admin.call(operations.addDomain, { body: { name: "brief.example.com" } });
  await issueDue(api.db, start);
  await admin.call(operations.removeDomain, { params: { name: "brief.example.com" } });
  const { changes } = await edge.call(operations.edgeFeed, { query: { after: cursor, wait: 5 } });
  expect(told(changes)).toEqual(["remove brief.example.com"]);
});

test("a pair's RSA certificate is told to who takes it, whose cursor is another; the domain shows both, and ends both", async () => {
  const taking = { twins: true, edge: "taking" } as const;
  const { cursor: plain } = await edge.call(operations.edgeSnapshot, { query: { edge: "plain" } });
  const { cursor } = await edge.call(operations.edgeSnapshot, { query: taking });
  const name = "pair.example.com";
  const added = await admin.call(operations.addDomain, { body: { name, keyType: "p256+rsa2048" } });
  expect(added).toMatchObject({ keyType: "p256+rsa2048", twin: null });
  await issueDue(api.db, start);
  expect(await admin.call(operations.showDomain, { params: { name } })).toMatchObject({
    twin: { state: "waiting", certificate: null, failure: null },
  });
  await issueDue(api.db, start);
  const shown = await admin.call(operations.showDomain, { params: { name } });
  expect(shown).toMatchObject({ state: "delivering", twin: { state: "active" } });
  expect(shown.twin?.certificate?.id).not.toBe(shown.certificate?.id);
  expect(shown.timeline.findLast(({ ofTwin }) => ofTwin)?.sentence).toMatch(/^RSA: /);
  const { items } = await admin.call(operations.listCertificates, { query: { domain: name } });
  expect(items.map(({ id }) => id)).toEqual([shown.twin?.certificate?.id, shown.certificate?.id]);

  const both = await edge.call(operations.edgeFeed, { query: { after: cursor, wait: 5, ...taking } });
  const [main, twin] = both.changes;
  expect(both.changes).toMatchObject([
    { names: [name], twinOf: null, certificateId: shown.certificate?.id },
    { names: [name], twinOf: main?.lineageId, certificateId: shown.twin?.certificate?.id },
  ]);
  const one = await edge.call(operations.edgeFeed, { query: { after: plain, wait: 5 } });
  expect(one.changes.map(({ lineageId }) => lineageId)).toEqual([main?.lineageId]);
  for (const query of [{ after: plain, twins: true }, { after: cursor }])
    expect(await codeOf(edge.call(operations.edgeFeed, { query }))).toBe("invalid-cursor");
  const { items: edges } = await admin.call(operations.listEdges);
  const behind = (of: string) => edges.find(({ name: each }) => each === of)?.behind ?? 0;
  expect(behind("taking") - behind("plain")).toBe(1);
  const lags = await listEdgeLags(api.db);
  const halves = (of: string) => Number(lags.find(({ name: each }) => each === of)?.half_pairs);
  expect([halves("taking"), halves("plain")]).toEqual([0, 1]);

  const says = async (by: string, served: EdgeChange | undefined, error: string | null = null) => {
    const { lineageId = "", certificateId } = served ?? {};
    const receipt = {
      lineageId,
      certificateId: certificateId ?? "",
      servedAt: new Date(start).toISOString(),
      error,
    };
    await edge.call(operations.sendReceipts, { body: { edge: by, receipts: [receipt] } });
    const { items } = await admin.call(operations.listEdges, { query: { name: by } });
    return items[0]?.halfPairs;
  };
  expect(await says("plain", main)).toBe(1);
  expect(await says("taking", main)).toBe(1);
  expect(await says("taking", twin, "disk full")).toBe(1);
  expect(await says("taking", twin)).toBe(0);

  const gone = await admin.call(operations.removeDomain, { params: { name } });
  expect(gone.staysValid).toHaveLength(2);
  const removed = await edge.call(operations.edgeFeed, { query: { after: both.cursor, wait: 5, ...taking } });
  expect(removed.changes.map(({ kind, lineageId }) => `${kind} ${lineageId}`).sort()).toEqual(
    [main, twin].map((each) => `remove ${each?.lineageId}`).sort(),
  );
});

test("a cursor of another installation, of the future, or of another list", async () => {
  const cursorOf = (...fields: string[]) => Buffer.from(JSON.stringify(fields)).toString("base64url");
  const { id } = await api.db.selectFrom("installation").select("id").executeTakeFirstOrThrow();
  const ask = (after: string) => codeOf(edge.call(operations.edgeFeed, { query: { after } }));
  expect(await ask(cursorOf("edge", "00000000-0000-0000-0000-000000000000", "1", "0"))).toBe(
    "cursor-unknown",
  );
  expect(await ask(cursorOf("edge", id, "99999999999", "0"))).toBe("cursor-unknown");
  expect(await ask(cursorOf("domains", "x"))).toBe("invalid-cursor");
  expect(await ask(cursorOf("edge", id, "1); drop table event; --", "0"))).toBe("invalid-cursor");
  expect(await ask("garbage")).toBe("invalid-cursor");
});

test("a key is for its own edge group, and its retrieval is on the record", async () => {
  const { all } = await snapshot(edge);
  const id = all[0]?.certificateId ?? "";
  expect(await edge.call(operations.edgeCertificate, { params: { id }, query: { edge: "edge-1" } })).toEqual({
    lineageId: all[0]?.lineageId,
    names: ["a.example.com"],
    certificateId: id,
    chainPem: "chain of a.example.com",
    keyPem: "key of a.example.com",
  });
  expect(await codeOf(other.call(operations.edgeCertificate, { params: { id } }))).toBe("not-found");
  expect(await codeOf(edge.call(operations.edgeCertificate, { params: { id: "x" } }))).toBe("not-found");
  const { timeline } = await admin.call(operations.showDomain, { params: { name: "a.example.com" } });
  expect(timeline.at(-1)).toMatchObject({
    kind: "key.retrieved",
    detail: { edge: "edge-1", certificateId: id },
  });
});

test("receipts are recorded once, newest first, and only for the group's own certificates", async () => {
  const { all } = await snapshot(edge);
  const [a, b, c] = all;
  if (a === undefined || b === undefined || c === undefined) throw new Error("The snapshot is too small.");
  api.clock.ahead = 60_000;
  const before = api.delivered.length;
  const say = (
    client: Client,
    receipts: { lineageId: string; certificateId: string; error: string | null }[],
  ) =>
    client.call(operations.sendReceipts, {
      body: {
        edge: "edge-1",
        receipts: receipts.map(({ lineageId, certificateId, error }) => ({
          lineageId,
          certificateId,
          error,
          servedAt: "2026-11-22T12:00:10Z",
        })),
      },
    });
  const receipts = [
    { ...a, error: null },
    { ...b, error: "disk full" },
    { ...c, certificateId: a.certificateId, error: null },
    { lineageId: "x", certificateId: "1", error: null },
  ];
  expect(await say(edge, receipts)).toEqual({ recorded: 2 });
  expect(await say(edge, receipts)).toEqual({ recorded: 0 });
  expect(await say(other, receipts)).toEqual({ recorded: 0 });
  expect(api.delivered.slice(before)).toEqual([seconds(10)]);
  const shown = await admin.call(operations.showDomain, { params: { name: "b.example.com" } });
  expect(shown.deliveries).toMatchObject([
    { edge: "edge-1", error: "disk full", certificateId: b.certificateId },
  ]);
  expect(shown.timeline.at(-1)?.sentence).toBe("The edge edge-1 could not take the certificate: disk full");
  expect(await say(edge, [{ ...b, error: null }])).toEqual({ recorded: 1 });
  const { edges } = await admin.call(operations.showStatus);
  expect(edges).toContainEqual(expect.objectContaining({ name: "edge-1", group: "default", behind: 3 }));
});

test("a wait ends when the server closes", async () => {
  const closing = await openTestApiOn(api.database);
  const client = await closing.as("edge", "default");
  const { cursor } = await client.call(operations.edgeSnapshot);
  const waiting = client.call(operations.edgeFeed, { query: { after: cursor, wait: 30 } });
  await closing.app.close();
  await waiting.catch(() => {});
});
