/** Edges with keys of their own: how they join, what they may, and how they go. */
import { type Client, type Operation, type OperationId, operations } from "@certmill/api";
import { instant } from "@certmill/domain";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { issueDue } from "./issue-directly.ts";
import { openTestApi, start, type TestApi } from "./open-test-api.ts";
import { codeOf, problemOf } from "./refused.ts";

let api: TestApi;
let admin: Client;
let installation: string;

beforeAll(async () => {
  api = await openTestApi();
  admin = await api.as("admin");
  ({ id: installation } = await api.db.selectFrom("installation").select("id").executeTakeFirstOrThrow());
  await admin.call(operations.addCa, {
    body: { name: "sim", directory: "http://ca.test/dir", contact: [], termsAgreed: true },
  });
  await admin.call(operations.createJoinToken, { params: { name: "group-b" }, body: {} });
  await admin.call(operations.addDomain, { body: { name: "a.example.com" } });
  await admin.call(operations.addDomain, { body: { name: "b.example.com", edgeGroup: "group-b" } });
  await issueDue(api.db, start);
});
afterAll(async () => api[Symbol.asyncDispose]());

/** A machine that is to be an edge: its key, and what it signs. */
async function machine(name: string) {
  const { privateKey } = await generateKeyPair("Ed25519", { extractable: true });
  const { kty = "", crv = "", x = "" } = await exportJWK(privateKey);
  const at = () => Math.floor((start + api.clock.ahead) / 1_000);
  const sign = (typ: string, claims: Record<string, unknown>, header: Record<string, unknown> = {}) =>
    new SignJWT({ jti: "1", iat: at(), exp: at() + 300, ...claims })
      .setProtectedHeader({ alg: "Ed25519", typ, ...header })
      .sign(privateKey);
  const proof = (claims: Record<string, unknown> = {}) =>
    sign("certmill-join+jwt", { sub: name, aud: "certmill", ...claims }, { jwk: { kty, crv, x } });
  const join = async (joinToken: string, claims: Record<string, unknown> = {}) =>
    api.client(null).call(operations.joinEdge, {
      body: { joinToken, edge: name, version: "1.2.3", proof: await proof(claims) },
    });
  const token = (edgeId: string, claims: Record<string, unknown> = {}) =>
    sign("certmill-edge+jwt", { sub: edgeId, aud: installation, ver: "1.2.4", ...claims });
  return { proof, join, token };
}

const joinToken = async (group: string, expiresInSeconds = 3_600) =>
  (await admin.call(operations.createJoinToken, { params: { name: group }, body: { expiresInSeconds } }))
    .token;

async function joined(name: string, group: string) {
  const { join, token } = await machine(name);
  const { edgeId } = await join(await joinToken(group));
  return { edgeId, token, client: api.client(await token(edgeId)) };
}

test("a join token works once, and again for the key that used it", async () => {
  const token = await joinToken("default");
  const first = await machine("one");
  const answer = await first.join(token);
  expect(answer).toMatchObject({ edge: "one", edgeGroup: "default", audience: installation });
  expect(await first.join(token)).toEqual(answer);
  expect(await codeOf((await machine("one")).join(token))).toBe("join-token-rejected");
  expect(await codeOf((await machine("two")).join("certmill_join_unknown"))).toBe("join-token-rejected");
  const { items } = await admin.call(operations.listEdges, { query: { name: "one" } });
  expect(items).toMatchObject([{ id: answer.edgeId, group: "default", version: "1.2.3", alive: true }]);
});

test("two keys at once with one token: one of them is the edge", async () => {
  const token = await joinToken("default");
  const both = [await machine("twin-1"), await machine("twin-2")];
  const ends = await Promise.allSettled(both.map(({ join }) => join(token)));
  expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});

test("a join token ends, but not for the key that used it in time", async () => {
  const [late, used] = [await joinToken("default", 60), await joinToken("default", 60)];
  const early = await machine("early");
  const answer = await early.join(used);
  api.clock.ahead += 61_000;
  expect(await codeOf((await machine("late")).join(late))).toBe("join-token-rejected");
  expect(await early.join(used)).toEqual(answer);
});

test("a name is nobody else's while its edge is there", async () => {
  await joined("mine", "default");
  const other = await machine("mine");
  const token = await joinToken("default");
  expect(await codeOf(other.join(token))).toBe("edge-exists");
  const { items } = await admin.call(operations.listEdges, { query: { name: "mine" } });
  await admin.call(operations.removeEdge, { params: { id: items[0]?.id ?? "" } });
  // What was refused has not used the token up.
  expect(await other.join(token)).toMatchObject({ edge: "mine" });
  expect(await (await machine("mine")).join(await joinToken("group-b"))).toMatchObject({ edge: "mine" });
});

test.each([
  ["of another name", { sub: "someone" }],
  ["for somebody else", { aud: "elsewhere" }],
  ["of long ago", { iat: 1_000, exp: 1_300 }],
  ["without an end", { exp: undefined }],
])("a proof %s is refused, and uses nothing up", async (_, claims) => {
  const { join } = await machine("proven");
  const token = await joinToken("proofs");
  expect(await codeOf(join(token, claims))).toBe("join-proof-rejected");
});

test("a proof that another key has signed, that is cut, or that is none", async () => {
  const [mine, other] = [await machine("x"), await machine("x")];
  const [head, , signature] = (await mine.proof()).split(".");
  const [, body] = (await other.proof({ jti: "2" })).split(".");
  const token = await joinToken("default");
  for (const proof of [`${head}.${body}.${signature}`, `${head}.${body}.`, "x", "..", `${head}`]) {
    const call = api.client(null).call(operations.joinEdge, { body: { joinToken: token, edge: "x", proof } });
    expect(await codeOf(call)).toBe("join-proof-rejected");
  }
});

test("a signed token is good for five minutes, here, for the edge that signed it", async () => {
  const { edgeId, token } = await joined("signer", "default");
  const other = await joined("other", "default");
  const at = Math.floor((start + api.clock.ahead) / 1_000);
  const refused = async (text: string) => codeOf(api.client(text).call(operations.edgeSnapshot));
  const good = await token(edgeId);
  await api.client(good).call(operations.edgeSnapshot);
  // A clock that is a minute off is lived with; more is told.
  await api.client(await token(edgeId, { iat: at + 55, exp: at + 355 })).call(operations.edgeSnapshot);
  const future = await token(edgeId, { iat: at + 120, exp: at + 420 });
  const problem = await problemOf(api.client(future).call(operations.edgeSnapshot));
  expect([problem.code, problem.detail]).toEqual([
    "token-rejected",
    expect.stringContaining("Set the clock"),
  ]);
  expect(await refused(await token(edgeId, { iat: at - 400, exp: at - 100 }))).toBe("token-rejected");
  expect(await refused(await token(edgeId, { iat: at - 400, exp: at + 9_000 }))).toBe("token-rejected");
  expect(await refused(await token(edgeId, { aud: "another" }))).toBe("token-rejected");
  expect(await refused(await token(edgeId, { jti: undefined }))).toBe("token-rejected");
  expect(await refused(await token(other.edgeId))).toBe("token-rejected");
  expect(await refused(await token("999999"))).toBe("token-rejected");
  expect(await refused(await token("1; drop table edge"))).toBe("token-rejected");
  const [head = "", body = "", signature = ""] = good.split(".");
  const none = Buffer.from('{"alg":"none","typ":"certmill-edge+jwt"}').toString("base64url");
  expect(await refused(`${none}.${body}.${signature}`)).toBe("token-rejected");
  expect(await refused(`${head}.${body}.AAAA`)).toBe("token-rejected");
  const proof = await (await machine("signer")).proof({ sub: edgeId, aud: installation });
  expect(await refused(proof)).toBe("token-rejected");
  // One that was taken before is looked at again once its time is over.
  api.clock.ahead += 355_000;
  await api.client(good).call(operations.edgeSnapshot);
  api.clock.ahead += 6_000;
  expect(await refused(good)).toBe("token-rejected");
});

test("nothing of another group, whatever edge operation is asked", async () => {
  const { client } = await joined("thief", "default");
  const { edgeId: victimId } = await joined("victim", "group-b");
  const b = await api.db
    .selectFrom("domain")
    .innerJoin("lineage", "lineage.id", "domain.lineage_id")
    .select(["lineage.id", "certificate_id", "edge_group_id"])
    .where("domain.name", "=", "b.example.com")
    .executeTakeFirstOrThrow();
  const id = b.certificate_id ?? "";
  const receipt = { lineageId: b.id, certificateId: id, servedAt: "2026-11-22T12:00:00Z", error: null };
  const { cursor } = await client.call(operations.edgeSnapshot);
  const { edge_group_id } = b;
  await api.db
    .insertInto("event")
    .values({
      at: new Date(start),
      kind: "certificate.stored",
      lineage_id: b.id,
      edge_group_id,
      detail: "{}",
    })
    .execute();
  const asked: Record<string, () => Promise<unknown>> = {
    edgeSnapshot: async () => (await client.call(operations.edgeSnapshot)).items.map(({ names }) => names[0]),
    edgeFeed: async () => (await client.call(operations.edgeFeed, { query: { after: cursor } })).changes,
    edgeCertificate: () => codeOf(client.call(operations.edgeCertificate, { params: { id } })),
    edgeCertificates: async () =>
      (await client.call(operations.edgeCertificates, { body: { ids: [id], edge: "victim" } })).items,
    // Proofs are public, and any edge may be the one that the CA asks; there is none now.
    edgeProof: () => codeOf(client.call(operations.edgeProof, { params: { serverName: "b.example.com" } })),
    demandCertificate: async () =>
      (await client.call(operations.demandCertificate, { body: { name: "b.example.com" } })).kind,
    sendReceipts: async () =>
      (await client.call(operations.sendReceipts, { body: { edge: "victim", receipts: [receipt] } }))
        .recorded,
  };
  const all = Object.entries<Operation>(operations).filter(([, { scopes }]) => scopes.includes("edge"));
  expect(Object.keys(asked).toSorted()).toEqual(all.map(([name]) => name as OperationId).toSorted());
  const got: Record<string, unknown> = {};
  for (const [name, ask] of Object.entries(asked)) got[name] = await ask();
  expect(got).toEqual({
    edgeSnapshot: ["a.example.com"],
    edgeFeed: [],
    edgeCertificate: "not-found",
    edgeCertificates: [],
    edgeProof: "not-found",
    demandCertificate: "unknown",
    sendReceipts: 0,
  });
  const touched = await api.db
    .selectFrom("delivery")
    .select("edge_id")
    .where("edge_id", "=", victimId)
    .execute();
  expect(touched).toEqual([]);
  expect(await codeOf(client.call(operations.listEdges))).toBe("scope-insufficient");
});

test("an edge speaks as what its key says; its name is no longer for bearer tokens", async () => {
  const bearer = await api.as("edge", "default");
  const { cursor } = await bearer.call(operations.edgeSnapshot, { query: { edge: "mover" } });
  const { client, edgeId } = await joined("mover", "default");
  expect(await codeOf(bearer.call(operations.edgeFeed, { query: { after: cursor, edge: "mover" } }))).toBe(
    "edge-has-key",
  );
  await bearer.call(operations.edgeFeed, { query: { after: cursor, edge: "another" } });
  const id = (await client.call(operations.edgeSnapshot)).items[0]?.certificateId ?? "";
  await client.call(operations.edgeCertificate, { params: { id }, query: { edge: "another" } });
  const { timeline } = await admin.call(operations.showDomain, { params: { name: "a.example.com" } });
  expect(timeline.at(-1)).toMatchObject({
    kind: "key.retrieved",
    sentence: "The private key was handed out to mover with the edge's own key.",
    detail: { edge: "mover", edgeId, certificateId: id, token: null },
  });
  const { items } = await admin.call(operations.listEdges, { query: { name: "mover" } });
  expect(items).toMatchObject([{ version: "1.2.4", joinedAt: expect.any(String) }]);
});

test("many keys at once: what is the group's own, each with its event", async () => {
  const { client, edgeId } = await joined("cold", "default");
  const rows = Array.from({ length: 5 }, (_, i) => ({ line: i + 1, domain: `cold-${i}.example.com` }));
  await admin.call(operations.addDomainBatch, { body: { rows } });
  const ids = await issueDue(api.db, instant(start + api.clock.ahead));
  const { items } = await client.call(operations.edgeCertificates, {
    body: { ids: [...ids, ...ids.slice(0, 2), "999999", "x"] },
  });
  expect(items.map(({ names, keyPem }) => `${names[0]}: ${keyPem}`).toSorted()).toEqual(
    rows.map(({ domain }) => `${domain}: key of ${domain}`),
  );
  const events = await api.db
    .selectFrom("event")
    .select("detail")
    .where("kind", "=", "key.retrieved")
    .execute();
  const told = events.map(({ detail }) => detail).filter(({ edgeId: by }) => by === edgeId);
  expect(told.map(({ certificateId }) => String(certificateId)).toSorted()).toEqual(ids.toSorted());
  const tooMany = Array.from({ length: 101 }, (_, i) => String(i + 1));
  expect(await codeOf(client.call(operations.edgeCertificates, { body: { ids: tooMany } }))).toBe(
    "invalid-request",
  );
});

test("a removed edge is out at its next request, and its join token with it", async () => {
  const { join, token } = await machine("gone");
  const once = await joinToken("default");
  const { edgeId } = await join(once);
  const client = api.client(await token(edgeId));
  await client.call(operations.edgeSnapshot);
  expect(await admin.call(operations.removeEdge, { params: { id: edgeId } })).toMatchObject({
    name: "gone",
    hadKey: true,
  });
  expect(await codeOf(client.call(operations.edgeSnapshot))).toBe("token-rejected");
  expect(await codeOf(join(once))).toBe("join-token-rejected");
  expect(await codeOf(admin.call(operations.removeEdge, { params: { id: edgeId } }))).toBe("not-found");
});

test("edges are listed page by page", async () => {
  const first = await admin.call(operations.listEdges, { query: { limit: 2 } });
  const second = await admin.call(operations.listEdges, { query: { limit: 2, after: first.next ?? "" } });
  expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(4);
  const group = await admin.call(operations.listEdges, { query: { group: "group-b" } });
  expect(group.items.map(({ name }) => name)).toEqual(["mine", "victim"]);
});
