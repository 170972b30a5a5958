/** Pairs: when a twin comes, what it follows, and when it goes. */
import { after, days, type Instant, instant, minutes, usualLife } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { ClaimedIssuance } from "../../src/store/claim-issuances.ts";
import { commitAbandoned } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { followTimeline, readTimeline } from "../../src/store/read/timeline.ts";
import { setEdgeGroup, setTenantKeys } from "../../src/store/write/key-policies.ts";
import { moveLineage } from "../../src/store/write/move-lineage.ts";
import { ensureTenants } from "../../src/store/write/names.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { retryLineage } from "../../src/store/write/retry-lineage.ts";
import { splitLineage } from "../../src/store/write/split-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import {
  certificateFor,
  claimDue,
  claimOne,
  eventAt,
  type Fleet,
  start,
  startFleet,
  storeKey,
} from "./fleet.ts";

let postgres: MigratedPostgres;
let fleet: Fleet;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());
beforeEach(async () => {
  fleet = await startFleet(postgres);
  await setEdgeGroup(fleet.db, "default", { paired: true });
  return () => fleet[Symbol.asyncDispose]();
});

const site = "site.example";
const alias = "www.site.example";
/** Before either would be by itself. */
const renewal = after(start, days(50));

async function issue(claim: ClaimedIssuance, now: Instant = start): Promise<void> {
  await storeKey(fleet.db, claim.id);
  const issued = {
    certificate: certificateFor(days(90), now),
    events: [eventAt(now, "certificate.stored")],
    ledger: [],
    now,
  };
  expect(await commitIssued(fleet.db, claim, issued)).not.toBeNull();
}

const fail = (claim: ClaimedIssuance, retryAt: Instant | null, now: Instant = start): Promise<boolean> =>
  commitAbandoned(fleet.db, claim, {
    cause: "dns",
    detail: "no address",
    retryAt,
    areChecked: true,
    ofTwin: claim.isTwin,
    events: [eventAt(now, "issuance.failed")],
    ledger: [],
    now,
  });

interface Half {
  readonly id: string;
  readonly names: readonly string[];
  readonly key_type: string;
  readonly state: string;
  readonly wake_at: Instant | null;
  readonly holds: boolean;
}

const halves = async (): Promise<{ readonly main: Half; readonly twin: Half | undefined }> => {
  const { rows } = await sql<Half & { twin_of: string | null }>`
    select id, names, key_type, state, wake_at, certificate_id is not null as holds, twin_of from lineage
    where twin_of is null or state <> 'removed' order by id`.execute(fleet.db);
  const [main] = rows;
  if (main === undefined) throw new Error("There is no lineage.");
  return { main, twin: rows.find(({ twin_of }) => twin_of === main.id) };
};

/** A pair that is whole. @returns the ids of its halves. */
async function begin(...names: readonly [string, ...string[]]): Promise<{ main: string; twin: string }> {
  await fleet.add([names]);
  await issue(await claimOne(fleet));
  await issue(await claimOne(fleet));
  const { main, twin } = await halves();
  return { main: main.id, twin: twin?.id ?? "" };
}

const wake = (id: string, at: Instant) =>
  sql`update lineage set wake_at = ${new Date(at)} where id = ${id}`.execute(fleet.db);

const kinds = async (lineageId: string) =>
  (await readTimeline(fleet.db, lineageId, 100)).map(({ kind, of_twin: ofTwin }) =>
    ofTwin ? `RSA ${kind}` : kind,
  );

test("the twin comes with the first certificate, at the same CA, without a check of its own", async () => {
  await fleet.add([[site, alias]]);
  const first = await claimOne(fleet);
  expect(first).toMatchObject({ keyType: "p256", isTwin: false, workClass: "interactive" });
  expect((await halves()).twin).toBeUndefined();
  await issue(first);
  // A check is asked for, and none is made: the names are those of a certificate that is there.
  await planRound(fleet.db, { limit: 10, checkFirst: true, now: start });
  const second = await claimOne(fleet);
  expect(second).toMatchObject({
    keyType: "rsa2048",
    isTwin: true,
    names: [site, alias],
    workClass: "campaign",
    caId: first.caId,
  });
  await issue(second);
  const { main, twin } = await halves();
  expect(main).toMatchObject({ state: "active", key_type: "p256", holds: true });
  expect(twin).toMatchObject({ state: "active", key_type: "rsa2048", holds: true });
  expect(await claimDue(fleet)).toEqual([]);
  expect(await kinds(main.id)).toEqual([
    "domain.added",
    "issuance.started",
    "certificate.stored",
    "RSA pair.begun",
    "RSA issuance.started",
    "RSA certificate.stored",
  ]);
  const followed = await followTimeline(fleet.db, { lineageId: main.id, after: null, limit: 100 });
  expect(followed).toMatchObject({ kind: "events", events: { length: 6 } });
  expect(
    await sql`select 1 from lineage_check where lineage_id = ${twin?.id}`.execute(fleet.db),
  ).toMatchObject({
    rows: [],
  });
});

test("each is renewed on its own, and a failure of one leaves the other as it is", async () => {
  const { main, twin } = await begin(site);
  await wake(twin, renewal);
  await wake(main, after(renewal, minutes(5)));
  const rsa = await claimOne(fleet, renewal);
  expect(rsa.lineageId).toBe(twin);
  await fail(rsa, after(renewal, days(1)), renewal);
  expect(await halves()).toMatchObject({ main: { state: "active" }, twin: { state: "failing" } });
  expect(await sql`select 1 from lineage_check`.execute(fleet.db)).toMatchObject({ rows: [] });

  const ecdsa = await claimOne(fleet, after(renewal, minutes(5)));
  expect(ecdsa.lineageId).toBe(main);
  await fail(ecdsa, after(renewal, days(2)), renewal);
  expect(await halves()).toMatchObject({ main: { state: "failing" }, twin: { state: "failing" } });
  const again = await claimOne(fleet, after(renewal, days(1)));
  expect(again.lineageId).toBe(twin);
  await issue(again, after(renewal, days(1)));
  expect(await halves()).toMatchObject({ main: { state: "failing" }, twin: { state: "active" } });
});

test("a twin that was given up is told so, and is tried again when the other is renewed or a person asks", async () => {
  const { main, twin } = await begin(site);
  await wake(twin, renewal);
  await fail(await claimOne(fleet, renewal), null, renewal);
  expect((await halves()).twin).toMatchObject({ state: "failed", wake_at: null });
  expect(await kinds(main)).toContain("RSA pair.given-up");
  await wake(main, after(renewal, minutes(5)));
  await issue(await claimOne(fleet, after(renewal, minutes(5))), after(renewal, minutes(5)));
  expect((await halves()).twin).toMatchObject({ state: "failing", wake_at: after(renewal, minutes(5)) });
  await fail(await claimOne(fleet, after(renewal, minutes(5))), null, renewal);
  const asked = after(renewal, minutes(6));
  await retryLineage(fleet.db, { lineageId: main, by: { token: "test" }, now: asked });
  expect((await claimDue(fleet, asked)).map(({ lineageId }) => lineageId).sort()).toEqual(
    [main, twin].sort(),
  );
});

test("its names are those of the other's last certificate", async () => {
  const { main } = await begin(site, alias);
  await sql`update lineage set names = array[${site}], all_names = array[${site}, ${alias}] where id = ${main}`.execute(
    fleet.db,
  );
  await wake(main, renewal);
  const renewed = await claimOne(fleet, renewal);
  expect((await halves()).twin?.names).toEqual([site, alias]);
  await issue(renewed, renewal);
  expect((await halves()).twin).toMatchObject({ names: [site], wake_at: renewal });
});

test("a twin under way when its names change is issued once more, for the new ones", async () => {
  const { main, twin } = await begin(site, alias);
  await wake(twin, renewal);
  const old = await claimOne(fleet, renewal);
  expect(old.names).toEqual([site, alias]);
  await sql`update lineage set names = array[${site}] where id = ${main}`.execute(fleet.db);
  await wake(main, renewal);
  await issue(await claimOne(fleet, renewal), renewal);
  expect(await claimDue(fleet, renewal)).toEqual([]);
  await issue(old, renewal);
  const next = await claimOne(fleet, renewal);
  expect(next).toMatchObject({ lineageId: twin, names: [site] });
  await issue(next, renewal);
  expect(await claimDue(fleet, renewal)).toEqual([]);
});

test("a domain's word goes before its tenant's, and that before its edge group's", async () => {
  const tenantId = (await ensureTenants(fleet.db, ["acme"], start)).get("acme") ?? "";
  await fleet.add([[site]]);
  await sql`update lineage set tenant_id = ${tenantId}`.execute(fleet.db);
  await setTenantKeys(fleet.db, tenantId, { paired: false });
  await issue(await claimOne(fleet));
  expect((await halves()).twin).toBeUndefined();
  await sql`update lineage set paired = true, wake_at = ${new Date(renewal)}`.execute(fleet.db);
  await issue(await claimOne(fleet, renewal), renewal);
  expect((await halves()).twin).toBeDefined();
});

test("when there are to be no more pairs, it goes at the next certificate, and edges are told", async () => {
  const { main, twin } = await begin(site);
  await setEdgeGroup(fleet.db, "default", { paired: false });
  expect(await claimDue(fleet)).toEqual([]);
  await wake(main, renewal);
  await issue(await claimOne(fleet, renewal), renewal);
  expect(await claimDue(fleet, renewal)).toEqual([]);
  expect((await halves()).twin).toBeUndefined();
  const told = sql`select edge_group_id from event where kind = 'pair.ended' and lineage_id = ${twin}`;
  expect((await told.execute(fleet.db)).rows).toEqual([{ edge_group_id: expect.any(String) }]);
  expect(await kinds(main)).toContain("RSA pair.ended");
  // Wanted again, there is a new one.
  await setEdgeGroup(fleet.db, "default", { paired: true });
  const later = after(renewal, days(60));
  await wake(main, later);
  await issue(await claimOne(fleet, later), later);
  expect((await claimOne(fleet, later)).lineageId).not.toBe(twin);
});

test("it moves, returns and is removed with the other, whatever is under way", async () => {
  const { main, twin } = await begin(site);
  await wake(twin, renewal);
  expect((await claimOne(fleet, renewal)).lineageId).toBe(twin);
  const move = (which: "away" | "back") =>
    fleet.db
      .transaction()
      .execute((trx) => moveLineage(trx, { lineageId: main, move: which, life: usualLife, now: renewal }));
  await move("away");
  expect(await halves()).toMatchObject({
    main: { state: "moved", wake_at: null },
    twin: { state: "moved", wake_at: null },
  });
  const live = () => sql`select 1 from issuance where ended_at is null`.execute(fleet.db);
  expect((await live()).rows).toEqual([]);
  await move("back");
  expect(await halves()).toMatchObject({ main: { state: "active" }, twin: { state: "active" } });
  const [again] = await claimDue(fleet, instant(renewal + days(40)));
  expect(again).toBeDefined();
  await removeLineage(fleet.db, main, renewal);
  const { rows } = await sql`select distinct state, wake_at from lineage`.execute(fleet.db);
  expect(rows).toEqual([{ state: "removed", wake_at: null }]);
  expect((await live()).rows).toEqual([]);
});

test("a part of a pack that goes on alone has a pair as the pack would", async () => {
  await setEdgeGroup(fleet.db, "default", { paired: false });
  await fleet.add([[site, "other.example"]]);
  await sql`update lineage set paired = true`.execute(fleet.db);
  const { main } = await halves();
  await fleet.db
    .transaction()
    .execute((trx) => splitLineage(trx, main.id, { rest: [site], apart: [["other.example"]] }, start));
  for (const claim of await claimDue(fleet)) await issue(claim);
  const twins = await claimDue(fleet);
  expect(twins.map(({ names, isTwin }) => `${names.join()} ${isTwin}`).sort()).toEqual([
    "other.example true",
    `${site} true`,
  ]);
});
