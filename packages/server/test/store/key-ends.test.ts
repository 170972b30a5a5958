/** Which private keys are destroyed, and when: they are really gone from the table, and what is needed stays. */
import { after, days, hours, type Instant, instant, minutes } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { destroyEndedKeys, readKeysEnd } from "../../src/store/key/key-ends.ts";
import { insertSecret } from "../../src/store/secrets.ts";
import { setEdgeGroup, setTenantKeys } from "../../src/store/write/key-policies.ts";
import { ensureTenants } from "../../src/store/write/names.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { requestLineage } from "../../src/store/write/request-revocations.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { certificateFor, claimDue, type Fleet, sealed, start, startFleet, storeKey } from "./fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(() => postgres[Symbol.asyncDispose]());

const kept = days(30);
const renewed = after(start, days(60));

/** Issues for all that is due; each key has a fingerprint of its own. */
async function issue(fleet: Fleet, at: Instant, spki?: string): Promise<void> {
  for (const issuance of await claimDue(fleet, at)) {
    await storeKey(fleet.db, issuance.id);
    const certificate = { ...certificateFor(days(90), at), spki: spki ?? `key of ${issuance.id}` };
    await commitIssued(fleet.db, issuance, { certificate, events: [], ledger: [], now: at });
  }
}

/** A lineage that has had two certificates. */
async function twice(fleet: Fleet, name: string): Promise<string> {
  await fleet.add([[name]]);
  await issue(fleet, start);
  await issue(fleet, renewed);
  const { id } = await fleet.db
    .selectFrom("lineage")
    .select("id")
    .where(sql<boolean>`names[1] = ${name}`)
    .executeTakeFirstOrThrow();
  return id;
}

const destroy = async ({ db }: Fleet, now: Instant): Promise<number> =>
  (await destroyEndedKeys(db, { limit: 100, kept, now })).destroyed;

/** By certificate, the oldest first: whether its sealed key is in the database. */
async function keysThere({ db }: Fleet): Promise<readonly boolean[]> {
  const { rows } = await sql<{ there: boolean }>`
    select secret.ciphertext is not null as there
    from certificate left join secret on secret.id = certificate.key_secret_id order by certificate.id`.execute(
    db,
  );
  return rows.map(({ there }) => there);
}

const countSecrets = async ({ db }: Fleet): Promise<number> =>
  (await db.selectFrom("secret").select("id").execute()).length;

test("the key of a certificate with a successor is kept for its days, and then deleted with an event", async () => {
  await using fleet = await startFleet(postgres);
  const lineageId = await twice(fleet, "a.example");
  const secrets = await countSecrets(fleet);
  expect(await destroy(fleet, renewed)).toBe(0);
  expect(await destroy(fleet, after(renewed, hours(30 * 24 - 1)))).toBe(0);
  const ended = after(renewed, kept);
  expect(await destroy(fleet, ended)).toBe(1);
  expect(await keysThere(fleet)).toEqual([false, true]);
  expect(await countSecrets(fleet)).toBe(secrets - 1);
  expect(await fleet.db.selectFrom("key_end").selectAll().execute()).toEqual([]);
  const told = fleet.db.selectFrom("event").select(["at", "lineage_id", "detail"]);
  expect(await told.where("kind", "=", "key.destroyed").execute()).toEqual([
    { at: ended, lineage_id: lineageId, detail: { key: expect.any(String), serials: ["0a"] } },
  ]);
  const dated = fleet.db.selectFrom("certificate").select("key_destroyed_at").orderBy("id");
  expect(await dated.execute()).toEqual([{ key_destroyed_at: ended }, { key_destroyed_at: null }]);
  expect(await destroy(fleet, after(ended, days(400)))).toBe(0);
});

test("a removed domain's keys are destroyed, all of them, when it is told; others' stay", async () => {
  await using fleet = await startFleet(postgres);
  const lineageId = await twice(fleet, "a.example");
  await twice(fleet, "b.example");
  const removed = after(renewed, days(1));
  await removeLineage(fleet.db, lineageId, removed);
  const end = await readKeysEnd(fleet.db, lineageId, kept);
  expect(end).toEqual({ destroyedAt: after(removed, kept), isShared: false });
  expect(await destroy(fleet, instant(after(removed, kept) - 1))).toBe(1);
  expect(await destroy(fleet, after(removed, kept))).toBe(2);
  expect(await keysThere(fleet)).toEqual([false, false, false, true]);
  expect(await readKeysEnd(fleet.db, lineageId, kept)).toEqual({ destroyedAt: null, isShared: false });
});

test("what has moved away is served, and keeps its key", async () => {
  await using fleet = await startFleet(postgres);
  await twice(fleet, "a.example");
  await fleet.db.updateTable("lineage").set({ state: "moved" }).execute();
  await destroy(fleet, after(renewed, days(400)));
  expect(await keysThere(fleet)).toEqual([false, true]);
});

test("a tenant's days go before its edge group's, and those before the setting; a change counts within a day", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  const lineageId = await twice(fleet, "a.example");
  await destroy(fleet, renewed);
  await setEdgeGroup(db, "default", { keptDays: 3 });
  expect((await readKeysEnd(db, lineageId, kept)).destroyedAt).toBe(after(renewed, days(3)));
  const tenantId = (await ensureTenants(db, ["acme"], start)).get("acme") ?? "";
  await setTenantKeys(db, tenantId, { keptDays: 5 });
  await db.updateTable("lineage").set({ tenant_id: tenantId }).execute();
  expect(await destroy(fleet, after(renewed, days(4)))).toBe(0);
  expect(await destroy(fleet, after(renewed, days(5)))).toBe(1);
  await setTenantKeys(db, tenantId, { keptDays: 0 });
  await removeLineage(db, lineageId, after(renewed, days(6)));
  expect(await destroy(fleet, after(renewed, days(6)))).toBe(1);
  expect(await keysThere(fleet)).toEqual([false, false]);
});

test("a key that the CA is to be told of stays until it was", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  const lineageId = await twice(fleet, "a.example");
  const request = { reason: "keyCompromise", when: "served", who: "test", now: renewed } as const;
  await requestLineage(db, lineageId, request);
  await removeLineage(db, lineageId, renewed);
  const ended = after(renewed, kept);
  expect(await destroy(fleet, ended)).toBe(0);
  await db.updateTable("revocation").set({ state: "revoked" }).execute();
  expect(await destroy(fleet, after(ended, hours(1)))).toBe(2);
});

test("one key in two secrets stays while one of them is served", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example"], ["b.example"]]);
  await issue(fleet, start, "the same");
  const [first = { id: "" }] = await fleet.db.selectFrom("lineage").select("id").orderBy("id").execute();
  await removeLineage(fleet.db, first.id, start);
  const end = await readKeysEnd(fleet.db, first.id, kept);
  expect(end).toEqual({ destroyedAt: null, isShared: true });
  expect(await destroy(fleet, after(start, kept))).toBe(0);
  const [, second = { id: "" }] = await fleet.db.selectFrom("lineage").select("id").orderBy("id").execute();
  await removeLineage(fleet.db, second.id, after(start, kept));
  expect(await destroy(fleet, after(start, days(60)))).toBe(2);
});

test("a shared key stays while the policy shares it, though nothing has it now", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  const lineageId = await twice(fleet, "a.example");
  await setEdgeGroup(db, "default", { keys: { policy: "shared", renewals: null } });
  const owner = db
    .selectFrom("edge_group")
    .select(["id as edge_group_id", sql<"p256">`'p256'`.as("key_type")]);
  const secret = db
    .selectFrom("certificate")
    .innerJoin("lineage", "lineage.certificate_id", "certificate.id")
    .select("key_secret_id");
  await db
    .insertInto("shared_key")
    .values({
      ...(await owner.executeTakeFirstOrThrow()),
      tenant_id: null,
      secret_id: (await secret.executeTakeFirstOrThrow()).key_secret_id,
      spki: "shared",
      created_at: new Date(start),
    })
    .execute();
  await removeLineage(db, lineageId, renewed);
  const ended = after(renewed, kept);
  expect(await readKeysEnd(db, lineageId, kept)).toEqual({ destroyedAt: ended, isShared: true });
  expect(await destroy(fleet, ended)).toBe(1);
  expect(await keysThere(fleet)).toEqual([false, true]);
  await setEdgeGroup(db, "default", { keys: { policy: "new", renewals: null } });
  expect(await destroy(fleet, after(ended, hours(1)))).toBe(1);
  const left = await db.selectFrom("shared_key").select(["secret_id", "retired_at"]).execute();
  expect(left).toEqual([{ secret_id: null, retired_at: after(ended, hours(1)) }]);
});

test("the key of an order that came to nothing is destroyed; one of an order that is under way is not", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  await fleet.add([["a.example"], ["b.example"]]);
  const [failing, running] = await claimDue(fleet);
  if (failing === undefined || running === undefined) throw new Error("Two were due.");
  for (const { id } of [failing, running]) await storeKey(db, id);
  const failure = { cause: "ca-error", detail: "no", retryAt: after(start, days(365)) } as const;
  await commitAbandoned(db, failing, { ...failure, events: [], ledger: [], now: start });
  await sql`insert into key_end select key_secret_id, started_at, started_at from issuance where ended_at is null`.execute(
    db,
  );
  expect(await destroy(fleet, after(start, kept))).toBe(1);
  const keys = await db.selectFrom("issuance").select("key_secret_id").orderBy("id").execute();
  expect(keys.map(({ key_secret_id }) => key_secret_id === null)).toEqual([true, false]);
});

test("many processes at once destroy each key once, in steps, without the others waiting", async () => {
  await using fleet = await startFleet(postgres);
  const names = Array.from({ length: 40 }, (_, n): [string] => [`n${n}.example`]);
  await fleet.add(names);
  await issue(fleet, start);
  await issue(fleet, renewed);
  const now = after(renewed, kept);
  const looks = await Promise.all(
    [1, 2, 3, 4].map(() => destroyEndedKeys(fleet.db, { limit: 10, kept, now })),
  );
  expect(looks.reduce((sum, { destroyed }) => sum + destroyed, 0)).toBe(40);
  expect((await keysThere(fleet)).filter((there) => there)).toHaveLength(40);
  const told = await fleet.db.selectFrom("event").select("id").where("kind", "=", "key.destroyed").execute();
  expect(told).toHaveLength(40);
});

test("no secret is deleted that something came to use meanwhile", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  await twice(fleet, "a.example");
  const used = await insertSecret(db, sealed);
  const at = new Date(after(renewed, kept));
  await sql`insert into key_end values (${used}, ${new Date(start)}, ${new Date(start)})`.execute(db);
  // Not known as anything's: an account's, say. The database itself does not let it go.
  await sql`update account set key_secret_id = ${used}`.execute(db);
  await expect(destroy(fleet, instant(at.getTime()))).rejects.toMatchObject({ code: "23503" });
  await sql`delete from key_end where secret_id = ${used}`.execute(db);
  expect(await destroy(fleet, after(instant(at.getTime()), minutes(1)))).toBe(1);
});
