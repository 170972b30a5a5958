/** A domain that is changed in place, whatever is under way: what is there is served, and what it is to have follows. */
import { after, type DnsName, days, type Finding, minutes, usualLife } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { claimChecks } from "../../src/store/check/claim-checks.ts";
import { commitCheck } from "../../src/store/check/commit-check.ts";
import type { ClaimedIssuance } from "../../src/store/claim-issuances.ts";
import { commitAbandoned, commitFailed } from "../../src/store/decision/commit-abandoned.ts";
import { commitIssued } from "../../src/store/decision/commit-issued.ts";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { changeLineage, holdLineage, type WantedChange } from "../../src/store/write/change-lineage.ts";
import { setEdgeGroup } from "../../src/store/write/key-policies.ts";
import { pauseHeld, resumeHeld } from "../../src/store/write/pause-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { certificateFor, claimDue, claimOne, type Fleet, start, startFleet, storeKey } from "./fleet.ts";

let postgres: MigratedPostgres;
let fleet: Fleet;
let first: ClaimedIssuance;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());
beforeEach(async () => {
  fleet = await startFleet(postgres);
  await fleet.add([["a.example.com", "old.example.com"]]);
  first = await claimOne(fleet);
  return () => fleet[Symbol.asyncDispose]();
});

const nothing = { events: [], ledger: [], now: start } as const;
const renamed = ["a.example.com", "new.example.com"] as const;

const change = (names: readonly string[], more: Partial<WantedChange> = {}): Promise<boolean> =>
  fleet.db.transaction().execute(async (trx) => {
    const lineage = await holdLineage(trx, first.lineageId);
    if (lineage === null) throw new Error("There is no lineage.");
    return changeLineage(trx, lineage, {
      names: names as unknown as [DnsName, ...DnsName[]],
      terms: lineage.terms,
      cas: [],
      areChecked: false,
      by: { person: "alice" },
      askedTrace: null,
      now: start,
      ...more,
    });
  });

async function issue(claim: ClaimedIssuance): Promise<string | null> {
  await storeKey(fleet.db, claim.id);
  return commitIssued(fleet.db, claim, { ...nothing, certificate: certificateFor(days(90)) });
}

const finalizing = (): Promise<unknown> =>
  sql`update issuance set csr = 'csr' where id = ${first.id}`.execute(fleet.db);

async function stands() {
  const { rows } = await sql<{ state: string; names: string[]; wakes: boolean; certified: string[] | null }>`
    select state, names, coalesce(wake_at <= ${new Date(start)}, false) as wakes,
      (select names from certificate where id = certificate_id) as certified
    from lineage where id = ${first.lineageId}`.execute(fleet.db);
  return rows[0];
}

const namesDue = async () => (await claimDue(fleet)).map(({ names }) => names);

test("an order that the CA has heard of is given up, and a late worker's certificate is refused", async () => {
  expect(await change(renamed)).toBe(true);
  expect(await stands()).toEqual({ state: "waiting", names: renamed, wakes: true, certified: null });
  expect(await issue(first)).toBeNull();
  expect(await namesDue()).toEqual([renamed]);
  expect(await change(renamed)).toBe(false);
});

test("what the CA was asked to sign is stored, and the next follows at once", async () => {
  await finalizing();
  await change(renamed);
  expect(await namesDue()).toEqual([]);
  expect(await issue(first)).not.toBeNull();
  expect(await stands()).toEqual({
    state: "active",
    names: renamed,
    wakes: true,
    certified: ["a.example.com", "old.example.com"],
  });
  expect(await namesDue()).toEqual([renamed]);
});

test("where that fails nothing of it is held against the new names", async () => {
  await finalizing();
  await change(renamed);
  const failure = { cause: "dns", detail: "", retryAt: after(start, days(1)), ...nothing } as const;
  const failed = { ...failure, failed: ["old.example.com"], leaveOutAfter: 1 };
  expect(await commitFailed(fleet.db, first, failed)).toBe(true);
  expect(await stands()).toEqual({ state: "waiting", names: renamed, wakes: true, certified: null });
});

test("an order that nobody has begun is taken back", async () => {
  await issue(first);
  await sql`update lineage set wake_at = ${new Date(start)}`.execute(fleet.db);
  await planRound(fleet.db, { limit: 10, now: start });
  await change(["a.example.com"]);
  const { rows } = await sql<{ detail: object }>`
    select detail from event where kind = 'issuance.taken-back'`.execute(fleet.db);
  expect(rows).toEqual([{ detail: { reason: "changed" } }]);
  expect(await namesDue()).toEqual([["a.example.com"]]);
});

test("a name that is added to a certificate waits for its check, and the renewal does not wait for the name", async () => {
  await issue(first);
  const names = ["a.example.com", "new.example.com", "old.example.com"];
  await change(names, { areChecked: true });
  expect(await stands()).toMatchObject({ names: ["a.example.com", "old.example.com"], wakes: false });
  const elsewhere: Finding = {
    code: "points-elsewhere",
    weight: "fault",
    name: "new.example.com",
    where: null,
    expected: [],
    found: [],
    ca: null,
    seenFrom: [],
  };
  const check = async (findings: readonly Finding[], at = start) => {
    const [claimed] = await claimChecks(fleet.db, { limit: 1, lease: minutes(3), now: at });
    if (claimed === undefined) throw new Error("No check is due.");
    expect(claimed.names).toEqual(names);
    await commitCheck(fleet.db, { ...claimed, findings, records: [], life: usualLife, now: at });
  };
  await check([elsewhere]);
  expect(await namesDue()).toEqual([]);
  // The renewal is made meanwhile, and the check is owed as before.
  await sql`update lineage set wake_at = ${new Date(start)}`.execute(fleet.db);
  const renewal = await claimOne(fleet);
  expect(renewal.names).toEqual(["a.example.com", "old.example.com"]);
  await storeKey(fleet.db, renewal.id);
  const lookAt = after(start, days(1));
  await commitIssued(fleet.db, renewal, { ...nothing, certificate: certificateFor(days(90)), lookAt });
  await check([], after(start, minutes(1)));
  await sql`update lineage set wake_at = ${new Date(start)} where wake_at <= ${new Date(after(start, minutes(1)))}`.execute(
    fleet.db,
  );
  expect(await namesDue()).toEqual([names]);
});

test("one that was given up is taken up again by a change of its challenge; what is well is not ordered for it", async () => {
  const dns = async () => {
    const held = await fleet.db.transaction().execute((trx) => holdLineage(trx, first.lineageId));
    if (held === null) throw new Error("There is no lineage.");
    return change(held.names, { terms: { ...held.terms, challenge: "dns-01" } });
  };
  await commitAbandoned(fleet.db, first, { ...nothing, cause: "dns", detail: "", retryAt: null });
  expect(await stands()).toMatchObject({ state: "failed", wakes: false });
  expect(await dns()).toBe(true);
  expect(await stands()).toMatchObject({ state: "waiting", wakes: true });
  const again = await claimOne(fleet);
  await issue(again);
  await sql`update lineage set challenge = null`.execute(fleet.db);
  expect(await dns()).toBe(true);
  expect(await stands()).toMatchObject({ state: "active", wakes: false });
});

test("one that somebody paused stays so, and is ordered with its new names when it is resumed", async () => {
  await issue(first);
  const to = { lineageId: first.lineageId, by: { person: "alice" }, now: start };
  await fleet.db.transaction().execute((trx) => pauseHeld(trx, to));
  await change(renamed);
  expect(await stands()).toMatchObject({ state: "paused", names: renamed, wakes: false });
  await fleet.db.transaction().execute((trx) => resumeHeld(trx, to));
  expect(await namesDue()).toEqual([renamed]);
});

test("the twin of a pair follows with the certificate that has the new names", async () => {
  await setEdgeGroup(fleet.db, "default", { paired: true });
  await issue(first);
  const twin = await claimOne(fleet);
  await issue(twin);
  await change(renamed);
  const [main, ...others] = await claimDue(fleet);
  expect([main?.names, others]).toEqual([renamed, []]);
  if (main !== undefined) await issue(main);
  const [next] = await claimDue(fleet);
  expect(next).toMatchObject({ lineageId: twin.lineageId, names: renamed });
});
