/** Who waits for a look into Vault, who is let go, and what a late worker may not do. */
import { after, type DnsName, minutes, seconds } from "@certmill/domain";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { planRound } from "../../src/store/planning/plan-round.ts";
import { forgetLooks } from "../../src/store/planning/send-to-vault.ts";
import {
  type ClaimedLook,
  claimLooks,
  letOrder,
  nextLookAt,
  noteVaultAway,
  noteVaultBack,
  releaseLook,
} from "../../src/store/vault-looks.ts";
import { changeLineage, holdLineage } from "../../src/store/write/change-lineage.ts";
import { pauseHeld } from "../../src/store/write/pause-lineage.ts";
import { removeLineage } from "../../src/store/write/remove-lineage.ts";
import { type MigratedPostgres, startMigratedPostgres } from "../migrated-postgres.ts";
import { type Fleet, lease, start, startFleet } from "./fleet.ts";

let postgres: MigratedPostgres;
beforeAll(async () => {
  postgres = await startMigratedPostgres();
});
afterAll(async () => postgres[Symbol.asyncDispose]());

/** @returns how many orders were planned. */
async function plan({ db }: Fleet, options: { readonly checkFirst?: boolean } = {}): Promise<number> {
  const round = await planRound(db, { limit: 100, now: start, lookFirst: true, ...options });
  if (round.kind !== "planned") throw new Error("Another process is planning.");
  return round.orders;
}

const claim = ({ db }: Fleet, now = start): Promise<readonly ClaimedLook[]> =>
  claimLooks(db, { limit: 10, lease, now });

const letGo = ({ db }: Fleet, look: ClaimedLook | undefined): Promise<void> => {
  if (look === undefined) throw new Error("Nothing was claimed.");
  return letOrder(db, { ...look, refused: null, now: start });
};

test("a first order waits for its look, once for each order, before its check", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com", "www.a.example.com"]]);
  expect(await plan(fleet, { checkFirst: true })).toBe(0);
  expect(await nextLookAt(fleet.db)).toBe(start);
  const [look] = await claim(fleet);
  expect(look).toMatchObject({ names: ["a.example.com", "www.a.example.com"], twinOf: null });
  expect(await claim(fleet)).toEqual([]);
  // Whoever wakes it meanwhile has it wait for the look all the same.
  await sql`update lineage set wake_at = ${new Date(start)}`.execute(fleet.db);
  expect(await plan(fleet, { checkFirst: true })).toBe(0);
  expect(await claim(fleet)).toEqual([]);
  await letGo(fleet, look);
  expect(await plan(fleet, { checkFirst: true })).toBe(0);
  expect((await sql`select 1 from lineage_check where holds_order`.execute(fleet.db)).rows).toHaveLength(1);
  await sql`update lineage_check set cleared = true`.execute(fleet.db);
  await sql`update lineage set wake_at = ${new Date(start)}`.execute(fleet.db);
  expect(await plan(fleet, { checkFirst: true })).toBe(1);
  expect((await sql`select 1 from vault_look`.execute(fleet.db)).rows).toEqual([]);
});

test("a worker that comes late lets nobody go, and one that stops gives back at once", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet);
  const [late] = await claim(fleet);
  const [next] = await claim(fleet, after(start, minutes(2)));
  expect(next?.names).toEqual(late?.names);
  await letGo(fleet, late);
  expect(await plan(fleet)).toBe(0);
  if (next === undefined) throw new Error("Its lease did not end.");
  // Nor does it give back what is another's by now.
  if (late !== undefined) await releaseLook(fleet.db, { ...late, now: start });
  expect(await claim(fleet)).toEqual([]);
  await releaseLook(fleet.db, { ...next, now: start });
  const [another] = await claim(fleet);
  await letGo(fleet, another);
  expect(await plan(fleet)).toBe(1);
});

test("one that is paused or removed meanwhile is not let go", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["paused.example.com"], ["removed.example.com"]]);
  await plan(fleet);
  const looks = await claim(fleet);
  const idOf = (name: string): string => looks.find(({ names }) => names[0] === name)?.lineageId ?? "";
  const by = { token: "t" };
  await fleet.db
    .transaction()
    .execute((trx) => pauseHeld(trx, { lineageId: idOf("paused.example.com"), by, now: start }));
  await removeLineage(fleet.db, idOf("removed.example.com"), start);
  for (const look of looks) await letGo(fleet, look);
  expect(await plan(fleet)).toBe(0);
  expect((await sql`select 1 from vault_look`.execute(fleet.db)).rows).toEqual([]);
});

test("one whose names change meanwhile is looked for anew, by these", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet);
  const [old] = await claim(fleet);
  await fleet.db.transaction().execute(async (trx) => {
    const lineage = await holdLineage(trx, old?.lineageId ?? "");
    if (lineage === null) throw new Error("There is no lineage.");
    const names = ["b.example.com" as DnsName] as const;
    const asBefore = { terms: lineage.terms, cas: [], areChecked: false, askedTrace: null };
    await changeLineage(trx, lineage, { ...asBefore, names, by: { token: "t" }, now: start });
  });
  expect(await plan(fleet)).toBe(0);
  const [next] = await claim(fleet);
  expect(next?.names).toEqual(["b.example.com"]);
  await letGo(fleet, old);
  expect(await plan(fleet)).toBe(0);
  await letGo(fleet, next);
  expect(await plan(fleet)).toBe(1);
});

test("a look for one that has its certificate by now is over", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet);
  const [look] = await claim(fleet);
  await sql`
    with stored as (
      insert into certificate (lineage_id, ca_id, serial, issuer, names, not_before, not_after, fingerprint, chain_pem, stored_at)
      select id, ca_id, '01', 'CN=Test', names, wanted_at, wanted_at, '00', 'chain', wanted_at from lineage returning id, lineage_id
    )
    update lineage set certificate_id = stored.id from stored where lineage.id = lineage_id`.execute(
    fleet.db,
  );
  await letGo(fleet, look);
  expect(await nextLookAt(fleet.db)).toBeNull();
  // Its renewal is nobody's to look for.
  await sql`update lineage set wake_at = ${new Date(start)}`.execute(fleet.db);
  expect(await plan(fleet)).toBe(1);
});

test("who stands in line already is not looked for", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await planRound(fleet.db, { limit: 0, now: start });
  await sql`update lineage set wake_at = ${new Date(start)}`.execute(fleet.db);
  expect(await plan(fleet)).toBe(1);
  expect(await nextLookAt(fleet.db)).toBeNull();
});

test("what campaigns enrol is looked for when nobody waits", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["campaign.example.com"], ["customer.example.com"]]);
  await sql`
    with begun as (
      insert into campaign (name, state, created_at) values ('spring', 'running', now()) returning id
    )
    update lineage set campaign_id = begun.id from begun where names[1] = 'campaign.example.com'`.execute(
    fleet.db,
  );
  await plan(fleet);
  await sql`update vault_look set wake_at = vault_look.wake_at - interval '1 hour'
    from lineage where lineage.id = lineage_id and names[1] = 'campaign.example.com'`.execute(fleet.db);
  const next = async () =>
    (await claimLooks(fleet.db, { limit: 1, lease, now: start })).map(({ names }) => names[0]);
  expect(await next()).toEqual(["customer.example.com"]);
  expect(await next()).toEqual(["campaign.example.com"]);
});

test("when Vault is looked into no more, whoever waits goes on", async () => {
  await using fleet = await startFleet(postgres);
  await fleet.add([["a.example.com"]]);
  await plan(fleet);
  await forgetLooks(fleet.db, start);
  expect(await planRound(fleet.db, { limit: 100, now: start })).toMatchObject({ orders: 1 });
});

test("that Vault is away, and back, is told once by any number of processes", async () => {
  await using fleet = await startFleet(postgres);
  const { db } = fleet;
  await noteVaultBack(db, start);
  expect(await noteVaultAway(db, "it is sealed", start)).toBe(true);
  expect(await noteVaultAway(db, "it is sealed", after(start, seconds(1)))).toBe(false);
  await noteVaultBack(db, after(start, seconds(2)));
  await noteVaultBack(db, after(start, seconds(3)));
  const { rows } = await sql`select kind, detail from event order by id`.execute(db);
  expect(rows).toEqual([
    { kind: "vault.away", detail: { reason: "it is sealed" } },
    { kind: "vault.back", detail: {} },
  ]);
});
