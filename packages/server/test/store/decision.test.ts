/** What each commit stores, and that one which comes too late stores nothing. */
import { after, days, instant, minutes, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type ClaimedIssuance, claimIssuances } from "../../src/store/claim-issuances.ts";
import type { Db } from "../../src/store/database.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { commitStep, type LiveCommit } from "../../src/store/decision/commit-step.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import {
  certificateFor,
  claimOne,
  eventAt,
  type Fleet,
  lease,
  sealed,
  start,
  startFleet,
  storeKey,
} from "./fleet.ts";

let postgres: MigratedPostgres;

beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

const order = {
  url: "https://ca.test/order/1",
  finalizeUrl: "https://ca.test/order/1/finalize",
  authorizationUrls: ["https://ca.test/authorization/1"],
};
const challenge = {
  type: "http-01",
  identifier: "a.example.com",
  authorizationUrl: "https://ca.test/authorization/1",
  challengeUrl: "https://ca.test/challenge/1",
  token: "token-1",
} as const;
const owed = { order, since: start, wakeAt: after(start, seconds(3)), faults: 0 };
const step: LiveCommit = {
  state: { ...owed, kind: "challenging", challenges: [challenge] },
  publish: [{ ...challenge, keyAuthorization: "token-1.thumbprint", serverName: null }],
  records: [],
  key: { secret: { kind: "new", sealed }, csr: Buffer.from("csr") },
  events: [eventAt(start, "order.created"), eventAt(start, "challenge.published")],
  ledger: [],
  now: start,
  lease: null,
};
const issued = {
  certificate: certificateFor(days(90)),
  events: [eventAt(start, "certificate.stored")],
  ledger: [],
  now: start,
};
const abandoned = {
  cause: "dns",
  detail: "a.example.com: no address",
  retryAt: after(start, minutes(1)),
  events: [eventAt(start, "issuance.failed")],
  ledger: [],
  now: start,
} as const;

const commits = {
  commitStep: (db: Db, claim: ClaimedIssuance) => commitStep(db, claim, step),
  commitIssued: async (db: Db, claim: ClaimedIssuance) => (await commitIssued(db, claim, issued)) !== null,
  commitAbandoned: (db: Db, claim: ClaimedIssuance) => commitAbandoned(db, claim, abandoned),
};

/** How a claim is lost. */
const losses = {
  "another worker has claimed it since": async ({ db }: Fleet) => {
    const [taken] = await claimIssuances(db, { limit: 1, lease, now: after(start, lease) });
    expect(taken).toBeDefined();
  },
  "its lineage was removed": ({ db }: Fleet, claim: ClaimedIssuance) =>
    removeLineage(db, claim.lineageId, start),
  "it was ended by the worker that took it": async ({ db }: Fleet) => {
    const [taken] = await claimIssuances(db, { limit: 1, lease, now: after(start, lease) });
    expect(taken !== undefined && (await commitAbandoned(db, taken, abandoned))).toBe(true);
  },
};

/** Every row of the tables a commit may write. */
async function everything(db: Db): Promise<unknown> {
  const tables = ["secret", "lineage", "issuance", "certificate", "challenge_response", "event"] as const;
  return Promise.all(tables.map((table) => db.selectFrom(table).selectAll().orderBy(sql`1`).execute()));
}

describe.each(Object.entries(commits))("%s", (_, commit) => {
  test.each(Object.entries(losses))("stores nothing once %s", async (_how, lose) => {
    await using fleet = await startFleet(postgres);
    await fleet.add([["a.example.com"]]);
    const claim = await claimOne(fleet);
    await storeKey(fleet.db, claim.id);
    await lose(fleet, claim);
    const before = await everything(fleet.db);
    expect(await commit(fleet.db, claim)).toBe(false);
    expect(await everything(fleet.db)).toEqual(before);
  });
});

async function claimed(): Promise<Fleet & { readonly claim: ClaimedIssuance }> {
  const fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  return { ...fleet, claim: await claimOne(fleet) };
}

const lineageOf = (db: Db) => db.selectFrom("lineage").selectAll().executeTakeFirstOrThrow();

async function kindsOf(db: Db): Promise<string[]> {
  const events = await db.selectFrom("event").select("kind").orderBy("id").execute();
  return events.map(({ kind }) => kind);
}

test("a step stores state, wake-up, key, publication and events together", async () => {
  await using fleet = await claimed();
  const { db, claim } = fleet;
  const heard = Promise.withResolvers<string>();
  await fleet.database.listen("certmill_challenge", heard.resolve);
  expect(await commitStep(db, claim, step)).toBe(true);
  const issuance = await db.selectFrom("issuance").selectAll().executeTakeFirstOrThrow();
  expect(issuance).toMatchObject({
    state_kind: "challenging",
    state: step.state,
    order_url: order.url,
    wake_at: owed.wakeAt,
    csr: Buffer.from("csr"),
    ended_at: null,
  });
  expect(
    await db.selectFrom("secret").select("kek_id").where("id", "=", issuance.key_secret_id).execute(),
  ).toEqual([{ kek_id: "test-key" }]);
  expect(await db.selectFrom("challenge_response").selectAll().execute()).toEqual([
    {
      token: "token-1",
      key_authorization: "token-1.thumbprint",
      issuance_id: claim.id,
      identifier: "a.example.com",
      published_at: start,
      server_name: null,
    },
  ]);
  expect(await kindsOf(db)).toEqual([
    "domain.added",
    "issuance.started",
    "order.created",
    "challenge.published",
  ]);
  expect(await heard.promise).toBe("token-1 token-1.thumbprint");
});

test("a step that goes on keeps the lease, and the key that is there", async () => {
  await using fleet = await claimed();
  const { db, claim } = fleet;
  expect(await commitStep(db, claim, step)).toBe(true);
  const now = after(start, seconds(5));
  const state = { ...owed, kind: "finalizing" } as const;
  expect(
    await commitStep(db, claim, {
      state,
      publish: [],
      records: [],
      key: null,
      events: [],
      ledger: [],
      now,
      lease,
    }),
  ).toBe(true);
  const issuance = await db.selectFrom("issuance").selectAll().executeTakeFirstOrThrow();
  expect(issuance).toMatchObject({ state, wake_at: after(now, lease), csr: Buffer.from("csr") });
  expect(issuance.key_secret_id).not.toBeNull();
  expect(await db.selectFrom("challenge_response").select("token").execute()).toHaveLength(1);
});

test("a token that is published again belongs to the newer issuance", async () => {
  await using fleet = await claimed();
  const { db, claim } = fleet;
  await commitStep(db, claim, step);
  await commitAbandoned(db, claim, abandoned);
  const again = await claimOne(fleet, abandoned.retryAt);
  expect(again.failuresBefore).toBe(1);
  expect(await commitStep(db, again, step)).toBe(true);
  const published = await db.selectFrom("challenge_response").select("issuance_id").execute();
  expect(published).toEqual([{ issuance_id: again.id }]);
});

test("an issued certificate is its lineage's, is told to the edges, and sets the renewal", async () => {
  await using fleet = await claimed();
  const { db, claim } = fleet;
  await commitStep(db, claim, step);
  const heard = Promise.withResolvers<string>();
  await fleet.database.listen("certmill_feed", heard.resolve);
  const id = await commitIssued(db, claim, issued);
  const renewal = instant(issued.certificate.notAfter - days(30));
  expect(await lineageOf(db)).toMatchObject({
    state: "active",
    certificate_id: id,
    failures: 0,
    failure_code: null,
    wake_at: renewal,
    wanted_at: renewal,
  });
  const issuance = await db.selectFrom("issuance").selectAll().executeTakeFirstOrThrow();
  expect(issuance).toMatchObject({ state_kind: "issued", wake_at: null, ended_at: start });
  expect(await db.selectFrom("challenge_response").select("token").execute()).toEqual([]);
  const events = await db.selectFrom("event").select(["kind", "edge_group_id"]).orderBy("id").execute();
  expect(events.filter(({ edge_group_id: group }) => group !== null)).toEqual([
    { kind: "certificate.stored", edge_group_id: claim.edgeGroupId },
  ]);
  expect(await heard.promise).toBe(claim.edgeGroupId);
});

test("a failure counts, is told, and is forgotten by the next success", async () => {
  await using fleet = await claimed();
  const { db, claim } = fleet;
  await commitStep(db, claim, step);
  expect(await commitAbandoned(db, claim, abandoned)).toBe(true);
  expect(await lineageOf(db)).toMatchObject({
    state: "waiting",
    unmended_since: start,
    failures: 1,
    failure_code: "dns",
    failure_detail: abandoned.detail,
    wake_at: abandoned.retryAt,
    certificate_id: null,
  });
  expect(await db.selectFrom("challenge_response").select("token").execute()).toEqual([]);
  const again = await claimOne(fleet, abandoned.retryAt);
  await storeKey(db, again.id);
  await commitIssued(db, again, issued);
  expect(await lineageOf(db)).toMatchObject({
    state: "active",
    failures: 0,
    failure_code: null,
    failure_detail: null,
    unmended_since: null,
  });
});

test("a renewal that fails leaves the certificate in place; without a next time it is given up", async () => {
  await using fleet = await claimed();
  const { db, claim } = fleet;
  await storeKey(db, claim.id);
  const id = await commitIssued(db, claim, issued);
  const renewal = await claimOne(fleet, instant(issued.certificate.notAfter - days(30)));
  expect(await lineageOf(db)).toMatchObject({ state: "active", wake_at: null });
  expect(await commitAbandoned(db, renewal, { ...abandoned, retryAt: null })).toBe(true);
  expect(await lineageOf(db)).toMatchObject({
    state: "failed",
    rests_since: start,
    certificate_id: id,
    failure_code: "dns",
    failures: 1,
    wake_at: null,
  });
  expect((await kindsOf(db)).at(-1)).toBe("domain.given-up");
});

test("a removal ends what is under way, however the two meet", async () => {
  for (let round = 0; round < 10; round++) {
    await using fleet = await claimed();
    const { db, claim } = fleet;
    await storeKey(db, claim.id);
    const [stored] = await Promise.all([
      commitStep(db, claim, { ...step, key: null }).then(() => commitIssued(db, claim, issued)),
      removeLineage(db, claim.lineageId, start),
    ]);
    expect(await lineageOf(db)).toMatchObject({ state: "removed", certificate_id: stored, wake_at: null });
    const live = await db.selectFrom("issuance").select("id").where("ended_at", "is", null).execute();
    expect(live).toEqual([]);
    expect(await db.selectFrom("challenge_response").select("token").execute()).toEqual([]);
    expect(await kindsOf(db)).toContain("domain.removed");
  }
});
